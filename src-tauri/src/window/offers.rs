//! What the environment holds for whichever program, and the first run offers. Employers set
//! `OTEL_…` for other tools, so nothing of it is used without being asked.

use aco_home::Environment;
use aco_ipc::Secret;
use aco_window::Offers;

/// Where an address may stand, the more special one first.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

const TOKEN: &str = "ACO_TOKEN";

/// What is offered, and the token that is offered without its value.
pub(crate) fn found(environment: &Environment) -> (Offers, Option<Secret>) {
    let text = |variable: &str| {
        let value = environment.get(variable)?.to_str()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let endpoint = ENDPOINTS
        .into_iter()
        .find_map(|variable| Some((variable.to_owned(), text(variable)?)));
    let token = text(TOKEN).map(Secret::new);
    let offers = Offers {
        endpoint,
        token: token.is_some().then(|| TOKEN.to_owned()),
    };
    (offers, token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_named_and_the_token_not_shown() {
        let (nothing, token) = found(&Environment::default());
        assert_eq!((nothing, token), (Offers::default(), None));
        let environment = Environment::from_iter([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", " https://a.example:4317 "),
            ("ACO_TOKEN", "s3cret"),
        ]);
        let (offers, token) = found(&environment);
        let (variable, address) = offers.endpoint.clone().unwrap();
        assert_eq!(variable, "OTEL_EXPORTER_OTLP_ENDPOINT");
        assert_eq!(address, "https://a.example:4317");
        assert_eq!(token.unwrap().expose(), "s3cret");
        assert!(!format!("{offers:?}").contains("s3cret"));
    }
}
