//! The token in a file of its own, mode 0600, beside the endpoint it was saved for.

use crate::token::{SecretStore, StoreError};
use crate::{Endpoint, Sourced, Token, TokenLookup, Wrong};
use aco_domain::Origin;
use aco_home::platform;
use aco_home::versioned::{self, Content, Format, VersionedFile};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use zeroize::Zeroizing;

const FORMAT: Format = Format {
    magic: "aco-token",
    version: 1,
};

#[derive(Serialize, Deserialize)]
struct Stored {
    endpoint: String,
    token: Zeroizing<String>,
}

/// The file at [`aco_home::Home::token_file`]. It needs no lock: it is replaced in one step, by
/// `aco token` while an agent may read it.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// Touches nothing yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The token and the endpoint it was saved for, whichever that is: for `aco token status`.
    ///
    /// # Errors
    /// Why a file that is there cannot be used, and what to do.
    pub fn load(&self) -> Result<Option<(Endpoint, Sourced<Token>)>, Wrong> {
        self.refuse_if_others_can_read()?;
        let content = VersionedFile::<Stored>::read(&self.path, FORMAT)
            .map_err(|error| Wrong::new(error.to_string(), "then run `aco token set` again"))?;
        let damaged = |why: &str| {
            let what = format!("the token file {} is damaged ({why})", self.path.display());
            Wrong::new(what, "run `aco token set` again")
        };
        match content {
            Content::Absent => Ok(None),
            Content::Damaged(why) => Err(damaged(&why)),
            Content::Newer(version) => {
                let path = self.path.display();
                let what = format!("{path} is of a newer version ({version}) than is known here");
                Err(Wrong::new(
                    what,
                    "update this program, or run `aco token set` again",
                ))
            }
            Content::Found(Stored { endpoint, token }) => {
                let endpoint = endpoint.parse().map_err(|_| damaged("no endpoint in it"))?;
                let value = Token::parse(&token).map_err(|wrong| damaged(&wrong.what))?;
                let origin = Origin::Store {
                    path: self.path.clone(),
                };
                Ok(Some((endpoint, Sourced { value, origin })))
            }
        }
    }

    /// The file, and the one an older program writes beside a newer one.
    fn places(&self) -> [PathBuf; 2] {
        [self.path.clone(), versioned::beside(&self.path, FORMAT)]
    }

    /// A token that others could have read is not used: the user should know and replace it.
    fn refuse_if_others_can_read(&self) -> Result<(), Wrong> {
        for path in self.places() {
            let open = File::open(&path).and_then(|file| platform::others_can_read(&file));
            match open {
                Ok(false) => {}
                Ok(true) => {
                    let path = path.display();
                    let what = format!("others can read the token file {path}, so it is not used");
                    let remedy = format!(
                        "run `chmod 600 '{path}'`, or better have a new token issued and run \
                         `aco token set`"
                    );
                    return Err(Wrong::new(what, remedy));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let what = format!("the token file {} cannot be read: {error}", path.display());
                    let remedy = "check that it belongs to you, or run `aco token set` again";
                    return Err(Wrong::new(what, remedy));
                }
            }
        }
        Ok(())
    }
}

impl SecretStore for TokenFile {
    fn load_for(&self, endpoint: &Endpoint) -> TokenLookup {
        match self.load() {
            Ok(None) => TokenLookup::None,
            Ok(Some((saved_for, token))) if saved_for == *endpoint => TokenLookup::Found(token),
            Ok(Some((saved_for, _))) => TokenLookup::OtherEndpoint { saved_for },
            Err(wrong) => TokenLookup::Unreadable(wrong),
        }
    }

    fn save(&self, token: &Token, endpoint: &Endpoint) -> Result<(), StoreError> {
        let token = Zeroizing::new(token.expose().to_owned());
        let stored = Stored {
            endpoint: endpoint.to_string(),
            token,
        };
        VersionedFile::to_replace(&self.path, FORMAT)
            .and_then(|file| file.save(&stored))
            .map_err(|error| StoreError(error.to_string()))
    }

    fn clear(&self) -> Result<bool, StoreError> {
        let mut found = false;
        for path in self.places() {
            match fs::remove_file(&path) {
                Ok(()) => found = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let path = path.display();
                    let words = format!("cannot remove the token file {path}: {error}; remove it");
                    return Err(StoreError(words));
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, TokenFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        (folder, TokenFile::new(path))
    }

    fn endpoint(text: &str) -> Endpoint {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_is_for_the_endpoint_it_was_saved_for() {
        let (_folder, store) = store();
        let here = endpoint("https://here");
        assert_eq!(store.load_for(&here), TokenLookup::None);
        store.save(&Token::parse("s3cret").unwrap(), &here).unwrap();

        let TokenLookup::Found(found) = store.load_for(&endpoint("https://HERE:4317/")) else {
            panic!("the same address in other words");
        };
        assert_eq!(found.value.expose(), "s3cret");
        assert_eq!(
            found.origin,
            Origin::Store {
                path: store.path.clone()
            }
        );
        for other in ["https://there", "https://here:443", "http://here"] {
            let expected = TokenLookup::OtherEndpoint {
                saved_for: here.clone(),
            };
            assert_eq!(store.load_for(&endpoint(other)), expected, "{other}");
        }
        assert!(store.clear().unwrap());
        assert!(!store.clear().unwrap());
        assert_eq!(store.load_for(&here), TokenLookup::None);
    }

    #[test]
    fn a_damaged_file_is_refused_without_showing_it_and_then_replaced() {
        let (folder, store) = store();
        let table = [
            "s3cret",
            "aco-token 1\n\"s3cret\"\n",
            "aco-token 1\n{\"endpoint\": \"s3cret\", \"token\": \"s3cret\"}\n",
            "aco-token 1\n{\"endpoint\": \"https://h\", \"token\": \"s3 cret\"}\n",
            "aco-token 9\n",
        ];
        for content in table {
            platform::write_atomically(&store.path, content.as_bytes()).unwrap();
            let TokenLookup::Unreadable(wrong) = store.load_for(&endpoint("https://h")) else {
                panic!("{content:?} was taken");
            };
            assert!(wrong.remedy.contains("`aco token set`"), "{wrong}");
            assert!(!wrong.to_string().contains("s3"), "{wrong}");
        }
        store
            .save(&Token::parse("new").unwrap(), &endpoint("https://h"))
            .unwrap();
        assert!(matches!(
            store.load_for(&endpoint("https://h")),
            TokenLookup::Found(_)
        ));
        let newer = fs::read_to_string(&store.path).unwrap();
        assert_eq!(newer, "aco-token 9\n", "a newer file is left alone");

        assert!(store.clear().unwrap());
        let left = fs::read_dir(&folder).unwrap().count();
        assert_eq!(left, 0, "forgetting the token means everywhere");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, store) = store();
        let here = endpoint("https://here");
        store.save(&Token::parse("s3cret").unwrap(), &here).unwrap();
        let mode = || fs::metadata(&store.path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        for open in [0o640, 0o604, 0o644] {
            fs::set_permissions(&store.path, fs::Permissions::from_mode(open)).unwrap();
            let TokenLookup::Unreadable(wrong) = store.load_for(&here) else {
                panic!("a file of mode {open:o} was used");
            };
            assert!(wrong.to_string().contains("chmod 600"), "{wrong}");
        }
        store
            .save(&Token::parse("another").unwrap(), &here)
            .unwrap();
        assert_eq!(mode(), 0o600, "a new token closes the file again");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenFile::new(folder.path().join("gone/token"));
        let token = Token::parse("s3cret").unwrap();
        let error = store
            .save(&token, &endpoint("https://h"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("gone/token"), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}
