//! Where a number's owner lives, for the hours at which he is not disturbed.

use super::Phone;
use crate::Zone;

/// Country calling code (ITU-T E.164), the country in which it is dialled as ISO 3166-1
/// alpha-2, its zone's IANA name.
///
/// Countries of Africa and those of Europe in which most of their people abroad live, where
/// all clocks show the same: one row of `zone1970.tab` (IANA time zone database) names the
/// country, as for Germany also the row of Büsingen, whose clocks are Berlin's. Left out are
/// those with several, among them the Congo of Kinshasa and of Lubumbashi, Spain and
/// Portugal with their islands, the islands that share +262, and all of +1.
const ZONES: &[(&str, &str, &str)] = &[
    ("+27", "ZA", "Africa/Johannesburg"),
    ("+32", "BE", "Europe/Brussels"),
    ("+33", "FR", "Europe/Paris"),
    ("+39", "IT", "Europe/Rome"),
    ("+41", "CH", "Europe/Zurich"),
    ("+44", "GB", "Europe/London"),
    ("+49", "DE", "Europe/Berlin"),
    ("+211", "SS", "Africa/Juba"),
    ("+212", "MA", "Africa/Casablanca"),
    ("+213", "DZ", "Africa/Algiers"),
    ("+216", "TN", "Africa/Tunis"),
    ("+218", "LY", "Africa/Tripoli"),
    ("+220", "GM", "Africa/Banjul"),
    ("+221", "SN", "Africa/Dakar"),
    ("+222", "MR", "Africa/Nouakchott"),
    ("+223", "ML", "Africa/Bamako"),
    ("+224", "GN", "Africa/Conakry"),
    ("+225", "CI", "Africa/Abidjan"),
    ("+226", "BF", "Africa/Ouagadougou"),
    ("+227", "NE", "Africa/Niamey"),
    ("+228", "TG", "Africa/Lome"),
    ("+229", "BJ", "Africa/Porto-Novo"),
    ("+230", "MU", "Indian/Mauritius"),
    ("+231", "LR", "Africa/Monrovia"),
    ("+232", "SL", "Africa/Freetown"),
    ("+233", "GH", "Africa/Accra"),
    ("+234", "NG", "Africa/Lagos"),
    ("+235", "TD", "Africa/Ndjamena"),
    ("+236", "CF", "Africa/Bangui"),
    ("+237", "CM", "Africa/Douala"),
    ("+238", "CV", "Atlantic/Cape_Verde"),
    ("+239", "ST", "Africa/Sao_Tome"),
    ("+240", "GQ", "Africa/Malabo"),
    ("+241", "GA", "Africa/Libreville"),
    ("+242", "CG", "Africa/Brazzaville"),
    ("+244", "AO", "Africa/Luanda"),
    ("+245", "GW", "Africa/Bissau"),
    ("+248", "SC", "Indian/Mahe"),
    ("+249", "SD", "Africa/Khartoum"),
    ("+250", "RW", "Africa/Kigali"),
    ("+251", "ET", "Africa/Addis_Ababa"),
    ("+252", "SO", "Africa/Mogadishu"),
    ("+253", "DJ", "Africa/Djibouti"),
    ("+254", "KE", "Africa/Nairobi"),
    ("+255", "TZ", "Africa/Dar_es_Salaam"),
    ("+256", "UG", "Africa/Kampala"),
    ("+257", "BI", "Africa/Bujumbura"),
    ("+258", "MZ", "Africa/Maputo"),
    ("+260", "ZM", "Africa/Lusaka"),
    ("+261", "MG", "Indian/Antananarivo"),
    ("+263", "ZW", "Africa/Harare"),
    ("+264", "NA", "Africa/Windhoek"),
    ("+265", "MW", "Africa/Blantyre"),
    ("+266", "LS", "Africa/Maseru"),
    ("+267", "BW", "Africa/Gaborone"),
    ("+268", "SZ", "Africa/Mbabane"),
    ("+269", "KM", "Indian/Comoro"),
    ("+291", "ER", "Africa/Asmara"),
    ("+352", "LU", "Europe/Luxembourg"),
];

impl Phone {
    /// The zone of the number's country, where it has one only. A telephone that travels
    /// keeps it.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        // No calling code begins with another one.
        let own = |(code, _, _): &&(&str, &str, &str)| self.0.starts_with(code);
        let (_, _, name) = ZONES.iter().find(own)?;
        Zone::named(name).ok()
    }
}

#[cfg(test)]
mod tests {
    use phonenumber::metadata::DATABASE;

    use super::*;

    #[test]
    fn every_zone_is_there_and_is_that_of_its_code() {
        for (code, country, name) in ZONES {
            let zone = Zone::named(name).unwrap();
            assert_eq!(zone.name(), *name);
            let number: u16 = code.trim_start_matches('+').parse().unwrap();
            let metadata = DATABASE.by_id(*country).expect(country);
            assert_eq!(metadata.country_code(), number, "{country}");
            // Of several that share a code, such as Jersey's, the first gave it.
            assert_eq!(DATABASE.region(&number).unwrap()[0], *country);
            let phone = Phone(format!("{code}12345678"));
            assert_eq!(phone.zone(), Some(zone), "{code}");
        }
    }

    #[test]
    fn no_code_begins_with_another() {
        for (at, (code, _, _)) in ZONES.iter().enumerate() {
            let same = |(other, (begin, _, _)): &(usize, &(&str, &str, &str))| {
                *other != at && code.starts_with(begin)
            };
            assert_eq!(ZONES.iter().enumerate().find(same), None, "{code}");
        }
    }

    #[test]
    fn mobiles_of_a_country_are_where_it_is() {
        for (number, zone) in [
            ("+221771234567", Some("Africa/Dakar")),
            ("+237671234567", Some("Africa/Douala")),
            ("+242061234567", Some("Africa/Brazzaville")),
            ("+33612345678", Some("Europe/Paris")),
            // Two zones, or a code of several countries.
            ("+243812345601", None),
            ("+34612345678", None),
            ("+262692123456", None),
            ("+12025550123", None),
            ("+79123456789", None),
        ] {
            let phone = Phone::from_stored(number.to_owned()).unwrap();
            let found = phone.zone();
            assert_eq!(found.as_ref().map(Zone::name), zone, "{number}");
        }
    }
}
