//! Nouns and rules of the trade: what an e-mail, a profile, a quota, an operation *is*.
//!
//! Owns parsing and the rules that hold without a cluster. Knows no axum, no kube and no sqlx,
//! does no input or output and never asks for the time.

mod access_rule;
mod actor;
mod audit;
mod authority;
mod change;
mod claim_place;
mod container_defaults;
mod contributor;
mod dated;
mod email;
mod finding;
mod gateway;
mod git_object;
mod grant;
mod health;
mod import;
mod leaving;
mod login;
mod login_step;
mod object_ref;
mod operation;
mod operation_id;
mod operation_kind;
mod pair;
mod password;
mod password_link;
mod password_rules;
mod plugin;
mod profile;
mod profile_name;
mod quantity;
mod quota;
mod refusal;
mod release;
mod repair;
mod session;
mod several;
mod static_login;
mod until;
mod upkeep;
pub mod usage;

pub use access_rule::{
    ADMINISTRATOR_ROLE, CONTRIBUTOR_RULES, DEX_NAMESPACE, OWN_GROUP, Permission, ResourceRule,
    Verdict,
};
pub use actor::{Actor, GroupName, UserName, UserNameError, Via};
pub use audit::{AuditEvent, AuditFilter, Outcome};
pub use authority::{
    AdministratorChange, Authority, AuthorityBinding, AuthorityRole, Entrants, Holder, Leaving,
    PolicyRule, Way,
};
pub use change::{Change, Conflict};
pub use claim_place::ClaimPlace;
pub use container_defaults::{ContainerDefaults, DefaultsError};
pub use contributor::{Contribution, Role, binding_name};
pub use dated::{Dated, DatedStep, EndRequest, EndState, Ending};
pub use email::{Email, EmailError};
pub use finding::{Evidence, Finding, Remedy, Severity};
pub use gateway::{
    GATEWAY_PRINCIPAL, Gateway, GatewaySource, PIPELINES_PRINCIPAL, Passage, PassageFault, Text,
    USER_HEADER,
};
pub use git_object::{Commit, GitObject};
pub use grant::{Grant, Subject};
pub use health::{Health, Verdict as HealthVerdict};
pub use import::{ImportPart, ImportRow, Share, Stage};
pub use leaving::{Checklist, Decision, Item, Line};
pub use login::{Login, LoginSource, password_object_name, subject_of};
pub use login_step::{LoginStep, lasting};
pub use object_ref::{ObjectRef, is_object_name, split_api_version};
pub use operation::{Operation, State, Step, StepRecord, StepState};
pub use operation_id::OperationId;
pub use operation_kind::Kind;
pub use pair::{BindingHalf, Pair, PairFinding, PairFix, PolicyHalf, Stated};
pub use password::{PasswordError, PlainPassword, hash_of_nothing};
pub use password_link::PasswordLink;
pub use password_rules::RULES as PASSWORD_RULES;
pub use plugin::Plugin;
pub use profile::{Manager, Owner, Profile};
pub use profile_name::{ProfileName, ProfileNameError};
pub use quantity::{Quantity, QuantityError};
pub use quota::{Quota, QuotaError, QuotaUse, ResourceName};
pub use refusal::{Refusal, refusal};
pub use release::{
    Fate, ReleaseBody, ReleasePart, ReleaseRow, ReleaseText, Remark, RowState, Wave,
};
pub use repair::Repair;
pub use session::{Session, SessionId, SignInLink, TokenHash};
pub use several::several;
pub use static_login::StaticEdit;
pub use until::{Until, UntilError, Written};
pub use upkeep::Upkeep;
pub use usage::{Sample, Step as UsageStep, UsageRow, UsageTotal};
