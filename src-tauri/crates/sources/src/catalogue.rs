//! Which tools there are and what they look like: data, checked once when it is read.
//!
//! The embedded lists are `catalogue/*.toml`; how their patterns are compared is `matching`'s
//! business.

use crate::matching::{Command, Os, Parts, ProcessView, Rules, Verdict};
use aco_domain::{ToolCategory, ToolId, ToolKind};
use serde::Deserialize;

const EMBEDDED: [&str; 2] = [
    include_str!("catalogue/cli.toml"),
    include_str!("catalogue/apps.toml"),
];

/// A tool by its names. All that is ever said about a process that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its id everywhere.
    pub id: ToolId,
    /// Its name for people.
    pub display_name: String,
    /// What it is.
    pub kind: ToolKind,
    /// What people use it for.
    pub category: ToolCategory,
}

/// A `[[tool]]` entry as written: in the embedded catalogue or in the user's `config.toml`.
/// `catalogue/cli.toml` explains the patterns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolEntry {
    /// The id; one that is in the catalogue already replaces that tool.
    pub id: String,
    /// The name for people; the id when absent.
    pub name: Option<String>,
    /// App or cli.
    pub kind: ToolKind,
    /// What people use it for.
    #[serde(default)]
    pub category: ToolCategory,
    /// Exact process names, on every system.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Parts of the executable's path, on every system.
    #[serde(default)]
    pub paths: Vec<String>,
    /// A program's name and its first argument, on every system.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Scripts run by an interpreter, on every system.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// Parts of an executable's path that is *not* this tool, on every system.
    #[serde(default)]
    pub except: Vec<String>,
    /// Parts of paths, on every system. Where there are any, an instance counts only once a process
    /// of its own has been seen whose executable or one of whose arguments fits: an editor is an
    /// AI tool only with an assistant in it.
    #[serde(default)]
    pub proof: Vec<String>,
    /// What holds on Linux besides.
    #[serde(default)]
    pub linux: Patterns,
    /// What holds on macOS besides.
    #[serde(default)]
    pub macos: Patterns,
    /// What holds on Windows besides.
    #[serde(default)]
    pub windows: Patterns,
}

/// The patterns of one system. The fields mean what they mean in [`ToolEntry`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "said once, at ToolEntry")]
pub struct Patterns {
    pub processes: Vec<String>,
    pub paths: Vec<String>,
    pub commands: Vec<String>,
    pub scripts: Vec<String>,
    pub except: Vec<String>,
    pub proof: Vec<String>,
}

/// What is wrong with an entry: which one, what, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CatalogueError(String);

/// The tools that can be recognised on one operating system.
#[derive(Clone, Debug)]
pub struct Catalogue {
    os: Os,
    /// In order of precedence: where two tools' patterns fit, the first wins.
    entries: Vec<(Tool, Rules)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: Vec<ToolEntry>,
}

impl Catalogue {
    /// The embedded catalogue, for processes of `os`.
    ///
    /// # Errors
    /// Never for the file this was built with, which a test reads.
    pub fn embedded(os: Os) -> Result<Self, CatalogueError> {
        let mut tools = Vec::new();
        for file in EMBEDDED {
            let file: File = toml::from_str(file)
                .map_err(|error| CatalogueError(format!("the embedded catalogue: {error}")))?;
            tools.extend(file.tool);
        }
        let mut catalogue = Self {
            os,
            entries: Vec::new(),
        };
        catalogue.extend(tools)?;
        Ok(catalogue)
    }

    /// Adds the user's tools. They come before those already there, and replace those of the same
    /// id. On an error nothing has changed.
    ///
    /// # Errors
    /// A sentence naming the entry when its id is malformed or given twice, when a pattern would
    /// fit everything, or when it has no pattern on any system.
    pub fn extend(
        &mut self,
        entries: impl IntoIterator<Item = ToolEntry>,
    ) -> Result<(), CatalogueError> {
        let mut added: Vec<(Tool, Rules)> = Vec::new();
        for entry in entries {
            let compiled = compile(entry, self.os)?;
            let id = &compiled.0.id;
            if added.iter().any(|(tool, _)| tool.id == *id) {
                return Err(CatalogueError(format!(
                    "two [[tool]] entries have the id `{id}`; make them one"
                )));
            }
            added.push(compiled);
        }
        let kept = std::mem::take(&mut self.entries).into_iter();
        let kept = kept.filter(|(old, _)| added.iter().all(|(new, _)| new.id != old.id));
        let kept: Vec<_> = kept.collect();
        added.extend(kept);
        self.entries = added;
        Ok(())
    }

    /// The tools, in order of precedence.
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        self.entries.iter().map(|(tool, _)| tool)
    }

    /// What a process is. Looks at its arguments and keeps nothing of them.
    #[must_use]
    pub fn judge(&self, process: &ProcessView<'_>) -> Verdict<'_> {
        crate::matching::judge(self.os, &self.entries, process)
    }

    /// Whether there is anything to recognise the tool of this id by on this system.
    #[cfg(test)]
    pub(crate) fn recognises(&self, id: &str) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|(tool, rules)| tool.id.as_str() == id && rules.recognise_something())
    }

    /// Whether an instance of `tool` counts only once it has shown what makes it an AI tool.
    pub(crate) fn needs_proof(&self, tool: &ToolId) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|(other, rules)| other.id == *tool && !rules.proof.is_empty())
    }
}

fn compile(entry: ToolEntry, os: Os) -> Result<(Tool, Rules), CatalogueError> {
    let wrong = |what: String| CatalogueError(format!("[[tool]] `{}`: {what}", entry.id));
    let id = ToolId::new(entry.id.as_str()).map_err(&wrong)?;
    let systems = [&entry.linux, &entry.macos, &entry.windows];
    let everywhere = [
        &entry.processes,
        &entry.paths,
        &entry.commands,
        &entry.scripts,
    ];
    let recognisable = everywhere.iter().any(|list| !list.is_empty())
        || systems.iter().any(|system| {
            let lists = [
                &system.processes,
                &system.paths,
                &system.commands,
                &system.scripts,
            ];
            lists.iter().any(|list| !list.is_empty())
        });
    if !recognisable {
        return Err(wrong(
            "nothing to recognise it by; give processes, paths or scripts".into(),
        ));
    }
    let own = match os {
        Os::Linux => &entry.linux,
        Os::MacOs => &entry.macos,
        Os::Windows => &entry.windows,
    };
    let parts = |everywhere: &[String], own: &[String]| {
        let all = everywhere.iter().chain(own);
        all.map(|pattern| Parts::parse(pattern, os).map_err(&wrong))
            .collect::<Result<Vec<_>, _>>()
    };
    let commands = entry.commands.iter().chain(&own.commands);
    let commands = commands.map(|command| Command::parse(command, os).map_err(&wrong));
    let rules = Rules {
        commands: commands.collect::<Result<_, _>>()?,
        names: parts(&entry.processes, &own.processes)?,
        paths: parts(&entry.paths, &own.paths)?,
        scripts: parts(&entry.scripts, &own.scripts)?,
        bundles: Vec::new(),
        except: parts(&entry.except, &own.except)?,
        proof: parts(&entry.proof, &own.proof)?,
    }
    .with_bundles();
    if let Some(name) = rules.names.iter().find(|name| !name.is_plain_name()) {
        return Err(wrong(format!(
            "the process name `{name}` holds a path or a *; give such a pattern under paths"
        )));
    }
    let tool = Tool {
        display_name: entry.name.clone().unwrap_or_else(|| entry.id.clone()),
        id,
        kind: entry.kind,
        category: entry.category,
    };
    Ok((tool, rules))
}

#[cfg(test)]
mod tests;
