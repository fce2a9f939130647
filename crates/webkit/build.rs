//! The texts and assets are embedded by macros that see only the files there
//! were at the last build; this asks for a new build when a file comes or goes.

fn main() {
    for folder in ["../../i18n", "../../assets"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
