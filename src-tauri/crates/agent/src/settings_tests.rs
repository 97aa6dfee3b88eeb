//! What leaves, where to, and when nothing does.

use super::*;
use aco_config::SecretStore as _;

const TOKEN: &str = "s3cret-token-of-nobody";

struct Place {
    folder: tempfile::TempDir,
    source: SettingsSource,
}

impl Place {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self {
            source: SettingsSource {
                config_file: folder.path().join("config.toml"),
                token_file: folder.path().join("token"),
                overlay: None,
            },
            folder,
        };
        place.write(config);
        place
    }

    fn write(&self, config: &str) {
        fs::write(&self.source.config_file, config).unwrap();
    }

    fn keep_token_for(&self, endpoint: &str) {
        let store = TokenFile::new(self.source.token_file.clone());
        let token = Token::parse(TOKEN).unwrap();
        store.save(&token, &endpoint.parse().unwrap()).unwrap();
    }

    fn load(&self) -> Settings {
        self.source.load(None).unwrap()
    }
}

fn code(settings: &Settings) -> Option<String> {
    settings.attention().map(|attention| attention.code)
}

fn headers(settings: &Settings) -> Vec<(String, String)> {
    let destination = settings.destination().unwrap();
    let metadata = destination.metadata.iter();
    metadata
        .map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn without_an_endpoint_nothing_leaves_and_nothing_is_wrong() {
    let settings = Place::new("").load();
    assert!(settings.destination().is_none());
    assert_eq!((settings.endpoint(), settings.attention()), (None, None));
}

#[test]
fn a_token_goes_to_its_endpoint_and_shows_itself_to_nobody() {
    let place = Place::new("[ship]\nendpoint = 'https://c.example:4317'\n");
    place.keep_token_for("https://c.example:4317");
    let settings = place.load();
    assert_eq!(
        headers(&settings),
        [("authorization".to_owned(), format!("Bearer {TOKEN}"))]
    );
    assert!(settings.endpoint().unwrap().token.is_some());
    let shown = format!("{settings:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn what_may_not_be_sent_is_withheld() {
    let place = Place::new("[ship]\nendpoint = 'https://new.example:4317'\n");
    place.keep_token_for("https://old.example:4317");
    let settings = place.load();
    assert!(settings.destination().is_none());
    let attention = settings.attention().unwrap();
    assert_eq!(attention.code, "token_for_other_endpoint");
    assert!(attention.what.contains("old.example") && attention.what.contains("new.example"));

    let plain = "[ship]\nendpoint = 'http://c.example:4317'\n";
    let place = Place::new(plain);
    assert_eq!(
        code(&place.load()),
        None,
        "without a token there is nothing to protect"
    );
    place.keep_token_for("http://c.example:4317");
    assert_eq!(code(&place.load()).as_deref(), Some("plaintext_refused"));
    place.write(&format!("{plain}allow_plaintext = true\n"));
    assert_eq!(code(&place.load()), None);

    let place = Place::new("[ship]\nendpoint = 'https://c.example:4317'\nca_file = 'ca.pem'\n");
    let settings = place.load();
    assert_eq!(code(&settings).as_deref(), Some("ca_file_unreadable"));
    assert!(settings.attention().unwrap().what.contains("ca.pem"));
    fs::write(place.folder.path().join("ca.pem"), "pem").unwrap();
    let settings = place.load();
    assert_eq!(
        settings.destination().unwrap().ca_pem.as_deref(),
        Some(&b"pem"[..])
    );
}

#[test]
fn headers_are_sent_and_masked() {
    let mut place = Place::new("[ship]\nendpoint = 'https://c.example:4317'\n");
    let variable = (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "x-key=k3y-of-nobody,x-org=acme",
    );
    place.source.overlay = Some([variable].into_iter().collect());
    let masker = Masker::new().unwrap();
    let settings = place.source.load(Some(&masker)).unwrap();
    let expected = [("x-key", "k3y-of-nobody"), ("x-org", "acme")];
    assert_eq!(
        headers(&settings),
        expected.map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
    let masked = masker.mask("key k3y-of-nobody of acme");
    assert!(
        !masked.contains("k3y-of-nobody") && masked.contains("acme"),
        "{masked}"
    );
    let shown = format!("{settings:?}");
    assert!(!shown.contains("k3y-of-nobody"), "{shown}");
}

#[test]
fn each_file_is_noticed_when_it_changes() {
    let place = Place::new("[ship]\nendpoint = 'https://c.example:4317'\nca_file = 'ca.pem'\n");
    let settings = place.load();
    let changed = |settings: &Settings| place.source.fingerprint(settings) != settings.fingerprint;
    assert!(!changed(&settings));
    fs::write(place.folder.path().join("ca.pem"), "pem").unwrap();
    assert!(changed(&settings));
    let settings = place.load();
    place.keep_token_for("https://c.example:4317");
    assert!(changed(&settings));
    let settings = place.load();
    place.write("");
    assert!(changed(&settings));
    assert!(!changed(&place.load()));
}

#[test]
fn a_line_that_moved_needs_no_restart() {
    let load = |text| Place::new(text).load().config;
    let running = load("[log]\nlevel = 'info'\n");
    assert!(needs_a_restart(&running, &load("\n[log]\n\nlevel = 'info'\n")).is_empty());
    let now = load("[log]\nlevel = 'warn'\n[ship]\nlevel = 'error'\n");
    assert_eq!(
        needs_a_restart(&running, &now),
        ["[log]", "ship.level and [ship.targets]"]
    );
}
