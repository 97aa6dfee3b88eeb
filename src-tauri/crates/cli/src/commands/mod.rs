//! One module a command.

mod config;
mod doctor;
mod emit;
mod export;
mod import;
mod logs;
mod open;
mod pause;
mod prices;
mod report;
mod reprice;
mod run;
mod service;
mod stack;
mod status;
mod statusline;
mod token;

use crate::arguments::Command;
use crate::context::{Context, block_on};
use crate::failure::Failure;
use std::process::ExitCode;

/// Runs a command to its end.
pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    let context = Context::new()?;
    match command {
        Command::Run { once } => run::run(context, once),
        Command::Status { json, acknowledge } => {
            block_on(status::status(&context, json, acknowledge))
        }
        Command::Doctor { json } => block_on(doctor::doctor(&context, json)),
        Command::Logs(logs) => block_on(logs::logs(&context, &logs)),
        Command::Open(open) => open::open(&context, &open),
        Command::Pause { for_ } => block_on(pause::pause(&context, for_)),
        Command::Resume => block_on(pause::resume(&context)),
        Command::Config(config) => config::config(&context, &config),
        Command::Service(command) => service::service(&context, &command),
        Command::Stack(command) => stack::stack(&context, &command),
        Command::Token(token) => block_on(token::token(&context, token)),
        Command::Report(report) => report::report(&context, &report),
        Command::Export(export) => export::export(&context, &export),
        Command::Import(import) => import::import(&context, &import),
        Command::Prices(prices) => prices::prices(&context, &prices),
        Command::Reprice(reprice) => reprice::reprice(&context, &reprice),
        Command::Statusline => statusline::statusline(&context),
        Command::Emit(emit) => emit::emit(context, emit),
    }
}
