//! Parses the command line, starts logging, runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use kubeflow_admin::config::{Arguments, Command};
use kubeflow_admin::{cli, telemetry};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Serve(options) => {
            match telemetry::start(options.observing.otlp_endpoint.as_deref()) {
                Ok(telemetry) => {
                    let outcome = cli::serve::run(*options).await;
                    telemetry.end().await;
                    outcome
                }
                Err(error) => Err(error),
            }
        }
        Command::Demo(options) => match telemetry::start(None) {
            Ok(_) => cli::demo::run(options).await,
            Err(error) => Err(error),
        },
        Command::SignInLink(options) => cli::sign_in_link::run(&options).await,
        Command::MenuLink(options) => cli::menu_link::run(&options).await,
        Command::Doctor(options) => return cli::doctor::run(&options).await,
        Command::Apply(options) => return cli::apply::run(*options).await,
        Command::User(command) => return cli::user::run(command).await,
        Command::Profile(command) => return cli::profile::run(command).await,
        Command::Contributor(command) => return cli::contributor::run(command).await,
        Command::Quota(command) => return cli::quota::run(command).await,
        Command::Access(command) => return cli::access::run(command).await,
        Command::Export(options) => return cli::declared::export(options).await,
        Command::Diff(options) => return cli::declared::diff(options).await,
        Command::Import(options) => return cli::declared::import(*options).await,
        Command::Operation(command) => return cli::operation::run(command).await,
        Command::Health(options) => cli::health::run(&options).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
