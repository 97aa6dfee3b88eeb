//! The backend for a person: starts the test builds and stays until Ctrl-C; or, with
//! `-- PROGRAM ARGS`, runs that program with the endpoint, authority and token in its environment
//! and ends with it. Nothing is kept afterwards: whoever wants to keep records has the compose file.

#[cfg(unix)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a developer's program: it speaks on standard error, its child owns the output"
)]
fn main() -> std::process::ExitCode {
    use std::process::{Command, ExitCode};

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    // Before anything starts: a default Ctrl-C would leave servers and folder behind.
    let mut signals = Signals::new([SIGINT, SIGTERM]).expect("signal handlers");
    let stack = aco_e2e::stack::Stack::builder()
        .apart_from_terminal()
        .start();
    let ca_file = stack.ca_file().expect("TLS is the default");
    eprintln!("OTEL_EXPORTER_OTLP_ENDPOINT={}", stack.grpc_endpoint());
    eprintln!("OTEL_EXPORTER_OTLP_CERTIFICATE={}", ca_file.display());
    eprintln!("Loki        {}", stack.loki().base());
    eprintln!("Prometheus  {}", stack.prometheus().base());

    let mut arguments = std::env::args_os()
        .skip_while(|argument| argument != "--")
        .skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("ACO_TOKEN={}", stack.token());
        signals.forever().next();
        return ExitCode::SUCCESS;
    };
    let mut child = Command::new(&program)
        .args(arguments)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", stack.grpc_endpoint())
        .env("OTEL_EXPORTER_OTLP_CERTIFICATE", &ca_file)
        .env("ACO_TOKEN", stack.token())
        .spawn()
        .unwrap_or_else(|error| {
            eprintln!("cannot start {}: {error}", program.display());
            std::process::exit(1)
        });
    // Ctrl-C reaches the child from the terminal; SIGTERM came to us alone.
    let pid = rustix::process::Pid::from_child(&child);
    std::thread::spawn(move || {
        for signal in signals.forever().filter(|&signal| signal == SIGTERM) {
            debug_assert_eq!(signal, SIGTERM);
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    });
    let status = child.wait().expect("our own child");
    ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    )
}

#[cfg(not(unix))]
fn main() {}
