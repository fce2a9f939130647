use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    care::model::{Letterhead, Logo, NewLetterhead},
    identity::api::TenantInfo,
};

/// What stands at the top of the clinic's documents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "Clinique de la Paix", "address": "12 rue Félix Faure\nDakar", "phone": "+221 33 821 00 00", "email": "accueil@example.org", "logo": null, "logo_type": null, "version": 1}))]
pub(in crate::care) struct LetterheadBody {
    /// The clinic's name.
    name: String,
    /// In lines.
    address: Option<String>,
    /// How it is called.
    phone: Option<String>,
    /// E-mail.
    email: Option<String>,
    /// The picture in Base64.
    logo: Option<String>,
    /// `image/png` or `image/jpeg`.
    logo_type: Option<String>,
    /// Grows with every change; 0: nothing was said yet.
    version: i64,
}

impl LetterheadBody {
    pub(in crate::care) fn new(clinic: TenantInfo, letterhead: Letterhead) -> Self {
        Self {
            name: clinic.name,
            address: letterhead.address,
            phone: letterhead.phone,
            email: letterhead.email,
            logo: letterhead.logo.map(|logo| STANDARD.encode(logo)),
            logo_type: letterhead.logo_type,
            version: letterhead.version,
        }
    }
}

/// The whole of a letterhead: what is left out is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"address": "12 rue Félix Faure\nDakar", "phone": "+221 33 821 00 00", "email": "accueil@example.org", "logo": null}))]
pub(in crate::care) struct LetterheadInput {
    /// At most 300 characters in 5 lines.
    #[serde(default)]
    address: Option<String>,
    /// At most 60 characters, printed as they are.
    #[serde(default)]
    phone: Option<String>,
    /// At most 254 characters.
    #[serde(default)]
    email: Option<String>,
    /// A PNG or JPEG picture in Base64, at most 512 KB and 4 million pixels.
    #[serde(default)]
    logo: Option<String>,
}

impl LetterheadInput {
    /// What is to be set.
    ///
    /// # Errors
    /// 400 for a picture that is not in Base64.
    pub(in crate::care) fn read(self) -> Result<NewLetterhead, Problem> {
        let bytes = self.logo.map(|text| STANDARD.decode(text)).transpose();
        let bytes = bytes.map_err(|_| Problem::invalid("logo", "malformed"))?;
        Ok(NewLetterhead {
            address: self.address,
            phone: self.phone,
            email: self.email,
            logo: bytes.map_or(Logo::None, |bytes| Logo::New(bytes.into())),
        })
    }
}
