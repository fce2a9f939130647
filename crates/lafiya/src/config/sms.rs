use std::{ffi::OsString, path::Path};

use ports::Description;

use super::{
    read::{Fault, Reader},
    settings,
};

/// The local operator that the named file describes, if one is named.
pub(super) fn gateway(
    reader: &mut Reader,
    env: &dyn Fn(&str) -> Option<OsString>,
) -> Option<Description> {
    let path = reader.read(&settings::SMS_GATEWAY)?;
    match description(&path, env) {
        Ok(description) => Some(description),
        Err(faults) => {
            let shown = path.display();
            let faults = faults
                .iter()
                .map(|fault| Fault(format!("sms_gateway: {shown}: {fault}")));
            reader.faults.extend(faults);
            None
        }
    }
}

fn description(
    path: &Path,
    env: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Description, Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let good = "docs/operate/sms-gateway.md shows how such a file looks";
        vec![format!("cannot be read: {error}; {good}")]
    })?;
    let text_of = |name: &str| env(name).and_then(|value| value.into_string().ok());
    Description::read(&text, &text_of)
}

/// Why this is no demo's, if so.
pub(super) fn fault_of_demo(description: &Description) -> Option<Fault> {
    (!description.is_loopback()).then(|| {
        Fault(
            "sms_gateway: a demo must not write to real people; unset LAFIYA_SMS_GATEWAY, or let its url lead \
             to this machine; a good value: http://127.0.0.1:9002/sms"
                .into(),
        )
    })
}
