//! The Spend view: asked for, and told again when its figures have changed.

use super::{Session, problem, unexpected};
use aco_domain::{Report, ReportQuery};
use aco_ipc::{Client, Request, Response};
use aco_window::{Days, Grouping, Problem, Range, SpendFacts, SpendView};

/// What is on show.
#[derive(Clone, PartialEq)]
pub(super) struct Spending {
    range: Range,
    by: Grouping,
    said: SpendView,
}

impl Session {
    pub(crate) async fn spend(&self, range: Range, by: Grouping) -> Result<SpendView, Problem> {
        let view = self.spend_view(range, by).await?;
        self.lock().spending = Some(Spending {
            range,
            by,
            said: view.clone(),
        });
        Ok(view)
    }

    pub(crate) fn stop_spend(&self) {
        self.lock().spending = None;
    }

    /// Tells the figures again when they are on show and other ones.
    pub(super) async fn spend_changed(&self) {
        let Some(shown) = self.lock().spending.clone() else {
            return;
        };
        let Ok(view) = self.spend_view(shown.range, shown.by).await else {
            return;
        };
        let mut state = self.lock();
        // The user may have gone on to other days meanwhile.
        let is_same = state.spending.as_ref() == Some(&shown);
        if !is_same || shown.said == view {
            return;
        }
        state.spending = Some(Spending {
            said: view.clone(),
            ..shown
        });
        drop(state);
        self.tell("spend", &view);
    }

    async fn spend_view(&self, range: Range, by: Grouping) -> Result<SpendView, Problem> {
        let now = self.now();
        let days = Days::of(range, &now);
        let mut client = self.connect().await?;
        let chart = report(&mut client, days.chart_query()).await?;
        let table = report(&mut client, days.table_query(by)).await?;
        let sources = match client.request(&Request::Sources).await {
            Ok(Response::Sources(sources)) => sources,
            Ok(_) => return Err(unexpected()),
            Err(error) => return Err(problem(&error)),
        };
        let status = match client.request(&Request::Status).await {
            Ok(Response::Status(status)) => status,
            Ok(_) => return Err(unexpected()),
            Err(error) => return Err(problem(&error)),
        };
        let facts = SpendFacts {
            days,
            by,
            chart: &chart,
            table: &table,
            sources: &sources,
            status: &status,
        };
        let view = self
            .parts
            .store
            .with_slots(|slots| SpendView::of(&facts, slots, &now));
        self.lock().sources = Some(sources);
        Ok(view)
    }
}

async fn report(client: &mut Client, query: ReportQuery) -> Result<Report, Problem> {
    match client.request(&Request::Report(query)).await {
        Ok(Response::Report(report)) => Ok(*report),
        Ok(_) => Err(unexpected()),
        Err(error) => Err(problem(&error)),
    }
}
