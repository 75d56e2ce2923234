//! `kubeflow-admin operation`: what these commands did on this machine, and what was interrupted.

use std::process::ExitCode;

use super::shell::{
    self, Chosen, End, Fault, Listing, OPERATION_COLUMNS, ResumeHow, Sheet, Shell, answered, ended,
    go_on, open_store, operation_item,
};
use super::user::chosen;
use crate::config::administer::{
    Caller, ListOperations, OneOperation, Operation as Command, ResumeOperation, StateAt,
    UndoOperation,
};
use crate::domain::{Operation, OperationId, Permission, State};
use crate::store::{OperationFilter, Store};

/// Older ones are shown by their id.
const MOST: u32 = 100;
const HEADINGS: [&str; 5] = ["Operation", "State", "What", "Subject", "Since"];

pub async fn run(command: Command) -> ExitCode {
    match command {
        Command::List(options) => answered(list(&options).await),
        Command::Show(options) => answered(show(&options).await),
        Command::Resume(options) => ended(resume(&options).await),
        Command::Undo(options) => ended(undo(&options).await),
    }
}

/// No cluster is asked: the kubeconfig only says whose file it is.
async fn list(options: &ListOperations) -> Result<End, Fault> {
    let store = open_store(&options.asking.caller, &options.state).await?;
    let filter = OperationFilter::default();
    let (operations, _) = store.operations_page(&filter, MOST, 0).await?;
    // A plan that nobody started did nothing and cannot go on; it is forgotten by itself.
    let begun = operations
        .iter()
        .filter(|operation| operation.state != State::Planned);
    let listing = Listing {
        kind: "Operation",
        columns: &OPERATION_COLUMNS,
        items: begun.map(operation_item).collect(),
    };
    listing.print(options.asking.output)?;
    Ok(End::Done)
}

async fn show(options: &OneOperation) -> Result<End, Fault> {
    let store = open_store(&options.asking.caller, &options.state).await?;
    let operation = find(&store, &options.id).await?;
    operation_item(&operation).print("Operation", &HEADINGS, options.asking.output)?;
    Ok(End::Done)
}

async fn resume(options: &ResumeOperation) -> Result<End, Fault> {
    let changing = &options.changing;
    let operation = found(&changing.asking.caller, &changing.state, &options.id).await?;
    let how = match operation.state {
        State::Failed => ResumeHow::Resume,
        State::Running | State::Undoing => ResumeHow::TakeOver,
        State::Planned | State::Done | State::Undone => {
            return Err(Fault::not_begun(format!(
                "This operation is {}; there is nothing to go on with.",
                operation.state.as_str()
            )));
        }
    };
    let forward = operation.state != State::Undoing;
    let chosen = if forward && operation.has_rows() && !changing.dry_run {
        Some(Chosen::Sheet(Sheet::to(options.passwords.as_deref())?))
    } else if forward && operation.has_password() {
        let email = shell::email(&operation.subject)?;
        chosen(&options.password, &email, changing)?
    } else {
        None
    };
    again(operation, (how, changing), chosen).await
}

async fn undo(options: &UndoOperation) -> Result<End, Fault> {
    let changing = &options.changing;
    let operation = found(&changing.asking.caller, &changing.state, &options.id).await?;
    again(operation, (ResumeHow::Undo, changing), None).await
}

async fn again(
    operation: Operation,
    how: (ResumeHow, &crate::config::administer::Changing),
    chosen: Option<Chosen>,
) -> Result<End, Fault> {
    let (shell, _) = Shell::change(how.1, Permission::Own).await?;
    go_on(&shell, operation, how, chosen).await
}

async fn found(caller: &Caller, state: &StateAt, id: &str) -> Result<Operation, Fault> {
    let store = open_store(caller, state).await?;
    let operation = find(&store, id).await;
    store.close().await;
    operation
}

async fn find(store: &Store, id: &str) -> Result<Operation, Fault> {
    let gone = || {
        Fault::not_begun(format!(
            "There is no operation {id} of this cluster here. kubeflow-admin operation list shows all."
        ))
    };
    let id: OperationId = id.parse().map_err(|_| gone())?;
    store.operation_find(&id).await?.ok_or_else(gone)
}
