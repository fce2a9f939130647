#!/usr/bin/env bash
# Makes the fonts of this folder from Debian's packages fonts-noto-core and
# fonttools: French, the Latin letters and tone marks of African languages,
# Arabic, Greek for units and measures, and the signs that flags use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source=/usr/share/fonts/truetype/noto

# subset FILE RANGES: without hints, which nothing that prints uses any more.
subset() {
    pyftsubset "$source/$1.ttf" --unicodes="$2" --output-file="$1.ttf" \
        --layout-features=ccmp,locl,mark,mkmk,kern,liga,rlig,calt,init,medi,fina,isol \
        --no-hinting --desubroutinize --notdef-outline --name-IDs='*' --name-languages=0x409 \
        --drop-tables+=DSIG,GDEF_VAR,meta,STAT
}

latin=U+0020-007E,U+00A0-017F,U+0180-024F,U+0250-02AF,U+02B0-02FF,U+0300-036F
latin=$latin,U+0386-03CE,U+1E00-1EFF,U+2000-200F,U+2010-2027,U+202F-2060,U+2070-209C
latin=$latin,U+20A0-20BF,U+2100-2138,U+2150-215F,U+2190-2193,U+2212,U+2215,U+2260,U+2264-2265
latin=$latin,U+2C60-2C7F,U+A720-A7BF,U+FB00-FB06,U+FFFD,U+25CC,U+25A0-25FF,U+1DC4-1DCC
subset NotoSans-Regular "$latin"
subset NotoSans-Bold "$latin"
subset NotoSansArabic-Regular U+0020,U+00A0,U+0600-06FF,U+0750-077F,U+200C-200F,U+25CC,U+FDFC
subset NotoSansSymbols2-Regular U+25A0-25FF,U+2610-2612,U+2713-2718
subset NotoSansMath-Regular U+2190-2199,U+2206,U+2211,U+2212,U+221A,U+221E,U+2248,U+2260-2265
