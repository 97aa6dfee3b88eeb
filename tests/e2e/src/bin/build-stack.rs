//! Builds the test servers and prints where they are, one `name=path` a line: so that an installer
//! can do it before the tests, and a person can run them by hand.

#[cfg(unix)]
#[allow(clippy::print_stdout, reason = "the paths are this program's output")]
fn main() {
    let servers = aco_e2e::build::ensure_servers();
    println!("collector={}", servers.collector.display());
    println!("loki={}", servers.loki.display());
    println!("prometheus={}", servers.prometheus.display());
    println!("promtool={}", aco_e2e::build::ensure_promtool().display());
    println!("compose={}", aco_e2e::build::ensure_compose().display());
}

#[cfg(not(unix))]
fn main() {}
