//! A certificate authority for one test, and the server certificates that must and must not pass.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the server shows its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateKind {
    /// For `localhost` and 127.0.0.1, valid now, signed by the authority that clients are given.
    Valid,
    /// The same, but it ended yesterday.
    Expired,
    /// The same, but signed by an authority that nobody was told of.
    UnknownCa,
    /// Valid, for another host name.
    WrongName,
}

/// Writes `ca.pem`, `server.crt` and `server.key` into one folder.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new authority; its certificate is `ca.pem`.
    pub fn create(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let (issuer, pem) = new_issuer("the test's authority");
        std::fs::write(folder.join("ca.pem"), pem).unwrap();
        Self {
            folder: folder.to_owned(),
            issuer,
        }
    }

    /// Replaces the server's certificate and key.
    pub fn issue(&self, kind: CertificateKind) {
        let names: &[&str] = match kind {
            CertificateKind::WrongName => &["elsewhere.example"],
            _ => &["localhost", "127.0.0.1"],
        };
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params
            .distinguished_name
            .push(DnType::CommonName, format!("{kind:?}"));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        // Months, not the decades of a default: macOS refuses server certificates beyond 825 days.
        let (from, until) = match kind {
            CertificateKind::Expired => (SystemTime::now() - 30 * DAY, SystemTime::now() - DAY),
            _ => (SystemTime::now() - DAY, SystemTime::now() + 90 * DAY),
        };
        params.not_before = from.into();
        params.not_after = until.into();

        let key = KeyPair::generate().unwrap();
        let certificate = match kind {
            CertificateKind::UnknownCa => {
                params.signed_by(&key, &new_issuer("an authority nobody knows").0)
            }
            _ => params.signed_by(&key, &self.issuer),
        }
        .unwrap();
        std::fs::write(self.server_certificate(), certificate.pem()).unwrap();
        std::fs::write(self.server_key(), key.serialize_pem()).unwrap();
    }

    /// What a client is given as `ca_file`.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The certificate that the Collector shows.
    pub fn server_certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    /// Its key.
    pub fn server_key(&self) -> PathBuf {
        self.folder.join("server.key")
    }
}

fn new_issuer(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = (SystemTime::now() - 60 * DAY).into();
    params.not_after = (SystemTime::now() + 365 * DAY).into();
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}
