//! The words by which lines are chosen before anything is parsed.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use memchr::memmem::Finder;

/// Words to look for. Short, plain and written without their quotes: `usage`.
pub(crate) struct Markers {
    search: Search,
    usage: usize,
}

enum Search {
    One(Box<Finder<'static>>),
    Many(Box<Searcher>, Vec<usize>),
}

/// A word that was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) length: usize,
    /// Whether it is a whole string: `"usage"`. Inside a message's text the closing quote would be
    /// escaped.
    pub(crate) quoted: bool,
    /// Whether it is one of the words that promise counts.
    pub(crate) is_usage: bool,
}

impl Markers {
    /// `usage` promise counts; `context` is needed to read them.
    pub(crate) fn new(usage: &[&'static str], context: &[&'static str]) -> Self {
        let words: Vec<&'static str> = usage.iter().chain(context).copied().collect();
        let many = || {
            let mut builder = Config::new()
                .match_kind(MatchKind::LeftmostLongest)
                .builder();
            builder.extend(&words);
            builder.build()
        };
        let search = match (words.as_slice(), many()) {
            ([_, _, ..], Some(searcher)) => Search::Many(
                Box::new(searcher),
                words.iter().map(|word| word.len()).collect(),
            ),
            _ => Search::One(Box::new(Finder::new(
                words.first().copied().unwrap_or_default(),
            ))),
        };
        Self {
            search,
            usage: usage.len(),
        }
    }

    /// The first word in `bytes`.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<Hit> {
        let (start, length, word) = match &self.search {
            Search::One(finder) => (finder.find(bytes)?, finder.needle().len(), 0),
            Search::Many(searcher, lengths) => {
                let found = searcher.find(bytes)?;
                let word = found.pattern().as_usize();
                (found.start(), lengths[word], word)
            }
        };
        let before = start.checked_sub(1).map(|before| bytes[before]);
        let after = bytes.get(start + length);
        Some(Hit {
            start,
            length,
            quoted: before == Some(b'"') && after == Some(&b'"'),
            is_usage: word < self.usage,
        })
    }

    /// Whether some word stands in `bytes` as a whole string.
    pub(crate) fn is_marked(&self, mut bytes: &[u8]) -> bool {
        while let Some(hit) = self.find(bytes) {
            if hit.quoted {
                return true;
            }
            bytes = &bytes[hit.start + hit.length..];
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_when_it_is_a_whole_string() {
        let markers = Markers::new(&["usage"], &[]);
        assert!(markers.is_marked(br#"{"usage" : {}}"#));
        assert!(markers.is_marked(br#"usage, then {"usage":1}"#));
        assert!(!markers.is_marked(br#"{"text":"\"usage\":{}"}"#));
        assert!(!markers.is_marked(br#"{"usages":1,"my usage":2}"#));
        assert!(!markers.is_marked(b""));
    }

    #[test]
    fn the_longest_of_several_words_is_found() {
        let markers = Markers::new(&["token_count", "token_usage_record"], &["turn_context"]);
        let hit = markers.find(br#"x "token_usage_record""#).unwrap();
        assert_eq!((hit.start, hit.quoted, hit.is_usage), (3, true, true));
        let hit = markers.find(br#""turn_context""#).unwrap();
        assert!(hit.quoted && !hit.is_usage);
        // Long enough for the vector search, which has another path.
        let long = format!("{}\"token_count\"", " ".repeat(1000));
        assert!(markers.is_marked(long.as_bytes()));
    }
}
