//! What was done with each line, when, by whom, and what was kept on purpose: a page to print and file away.

use askama::Template;
use axum::response::Response;

use crate::access::SignedIn;
use crate::clock::Clock;
use crate::domain::{
    Checklist, Decision, Item, Line, Operation, OperationId, State, Step, StepRecord, StepState,
};
use crate::web::extract::Path;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{Fact, When};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "leaving/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    back_href: String,
    facts: Vec<Fact>,
    people: Vec<PersonView>,
}

struct PersonView {
    email: String,
    lines: Vec<LineView>,
}

struct LineView {
    what: String,
    found: String,
    decided: String,
    result: String,
    detail: String,
    when: String,
}

pub(super) async fn show(
    signed_in: SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let missing =
        || Problem::not_found("off-boarding of this name").way("Go to the start page", paths::HOME);
    let id: OperationId = id.parse().map_err(|_| missing())?;
    let operation = signed_in.operation(&id).await?.ok_or_else(missing)?;
    let back_href = paths::fill(paths::OPERATION, &operation.id.to_string());
    let Some(checklist) = checklist(&operation) else {
        // What any other operation has to tell is on its own page.
        return Ok(page::see_other(&back_href));
    };
    page::ok(&ReceiptPage {
        frame: frame.titled(format!("Off-boarding of {}", operation.subject)),
        back_href,
        facts: facts(&operation, checklist),
        people: checklist
            .people()
            .into_iter()
            .map(|person| PersonView {
                email: person.to_owned(),
                lines: checklist
                    .lines
                    .iter()
                    .filter(|line| line.person == person)
                    .map(|line| line_view(line, &operation))
                    .collect(),
            })
            .collect(),
    })
}

fn checklist(operation: &Operation) -> Option<&Checklist> {
    let mut steps = operation.steps.iter();
    steps.find_map(|record| {
        if let Step::OffBoard(checklist) = &record.step {
            Some(checklist)
        } else {
            None
        }
    })
}

fn facts(operation: &Operation, checklist: &Checklist) -> Vec<Fact> {
    let state = match operation.state {
        State::Planned => "Planned: nothing was done yet",
        State::Running => "Under way: this receipt is not complete",
        State::Failed => "Not complete: a step failed",
        State::Done => "Complete",
        State::Undoing => "Being taken back",
        State::Undone => "Taken back",
    };
    let now = Clock.now();
    vec![
        Fact::new("State", state),
        Fact::new("Decided by", operation.actor.user.as_str()),
        Fact::new("Planned", When::new(operation.created_at, now).exact),
        Fact::new("Last change", When::new(operation.updated_at, now).exact),
        Fact::new("Kept on purpose", checklist.kept().to_string()),
        Fact::new("Operation", operation.id.to_string()),
    ]
}

fn line_view(line: &Line, operation: &Operation) -> LineView {
    let steps = line.steps(&operation.steps);
    let last = steps.iter().rev().find(|record| record.ended_at.is_some());
    let now = Clock.now();
    LineView {
        what: line.item.describe(),
        found: line.found.join("; "),
        decided: decided(line),
        result: result(line, &steps).to_owned(),
        detail: last.map(|record| record.detail.clone()).unwrap_or_default(),
        when: last
            .and_then(|record| record.ended_at)
            .map(|at| When::new(at, now).exact)
            .unwrap_or_default(),
    }
}

fn decided(line: &Line) -> String {
    match (&line.decision, &line.item) {
        (Decision::Keep, _) => "Keep".to_owned(),
        (Decision::HandOver { to }, _) => format!("Hand over to {to}"),
        (Decision::Delete, Item::Sessions) => "End".to_owned(),
        (Decision::Delete, Item::Part { .. } | Item::Administrator { .. }) => {
            "Take away".to_owned()
        }
        (Decision::Delete, Item::Login { .. } | Item::Profile { .. }) => "Delete".to_owned(),
    }
}

fn result(line: &Line, steps: &[&StepRecord]) -> &'static str {
    let any = |state| steps.iter().any(|record| record.state == state);
    if line.decision == Decision::Keep {
        "Kept on purpose"
    } else if steps.is_empty() {
        "There was nothing to do"
    } else if any(StepState::Failed) {
        "Failed"
    } else if any(StepState::Running) {
        "Under way"
    } else if any(StepState::Waiting) {
        "Not done yet"
    } else if any(StepState::Undone) {
        "Taken back"
    } else {
        "Done"
    }
}
