use std::path::Path;

use ports::ServiceAccount;

use super::{
    read::{Fault, Reader},
    settings,
};
use crate::private;

/// A project with Firebase.
#[derive(Debug, Clone)]
pub struct Push {
    /// Who speaks for it.
    pub account: ServiceAccount,
    /// Where its API is.
    pub base_url: String,
}

impl Push {
    /// Why this is no demo's, if so.
    pub(super) fn fault_of_demo(&self) -> Option<Fault> {
        let uri = self.base_url.parse();
        let here = uri.is_ok_and(|uri| settings::is_loopback(&uri)) && self.account.is_loopback();
        (!here).then(|| {
            Fault(
                "firebase_key_file: a demo must not write to real people; unset LAFIYA_FIREBASE_KEY_FILE, or \
                 name a Firebase on loopback in LAFIYA_FIREBASE_BASE_URL and as token_uri in the file; a good \
                 value: http://127.0.0.1:9003"
                    .into(),
            )
        })
    }
}

/// The project whose key file is named, if one is.
pub(super) fn firebase(reader: &mut Reader) -> Option<Push> {
    let base_url = reader.read(&settings::FIREBASE_BASE_URL);
    let path = reader.read(&settings::FIREBASE_KEY_FILE)?;
    match account(&path) {
        Ok(account) => Some(Push {
            account,
            base_url: base_url?,
        }),
        Err(what) => {
            let fault = Fault(format!("firebase_key_file: {what}"));
            reader.faults.push(fault);
            None
        }
    }
}

fn account(path: &Path) -> Result<ServiceAccount, String> {
    let shown = path.display();
    let text = private::text(path).map_err(|failure| {
        failure
            .to_string()
            .trim_start_matches("lafiya: ")
            .to_owned()
    })?;
    let text = text.ok_or_else(|| {
        format!("{shown} is not there; docs/operate/push.md says where such a file comes from")
    })?;
    ServiceAccount::read(&text).map_err(|what| format!("{shown} {what}"))
}
