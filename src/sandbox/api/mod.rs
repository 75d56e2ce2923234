//! An API server in memory: authentication, impersonation, RBAC, admission, validation, field ownership, watches.
//!
//! It answers as kube-apiserver 1.34 does for the kinds of a Kubeflow install, and the scenarios of `tests/cluster`
//! compare the two. `call` reads a request, `rbac` decides, `read`, `write`, `patch`, `delete`, `watch` and `review`
//! answer, `objects` remembers. Knows JSON and HTTP; nothing of the dashboard.

mod audit;
mod call;
mod defaults;
mod delete;
mod grant;
pub(crate) mod kinds;
pub(crate) mod objects;
mod patch;
pub(crate) mod quota;
pub(crate) mod rbac;
mod read;
mod review;
pub(crate) mod schema;
mod select;
mod settle;
pub(crate) mod status;
mod validate;
mod watch;
pub(crate) mod who;
pub(crate) mod world;
mod write;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::TryStreamExt as _;
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch::{Receiver, Sender};

use audit::{Answered, Audit};
use call::{Call, Target, Verb};
use objects::text;
use rbac::Question;
use status::Refusal;
use watch::Watch;
use who::Who;
use world::{Context, Reply, World};

/// What is sent back: whole answers, and watches that go on.
pub type Answer = Response<UnsyncBoxBody<Bytes, std::convert::Infallible>>;

/// Time and randomness come from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    pub clock: fn() -> Timestamp,
    /// A new secret, in letters that go into a header.
    pub token: fn() -> String,
    /// A file that gets a line for every request, as the audit log of an API server.
    pub audit_log: Option<PathBuf>,
}

/// The API server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    world: Mutex<World>,
    changed: Sender<u64>,
    settings: Settings,
    audit: Audit,
}

/// Either answered, or the beginning of a watch.
enum Outcome {
    Reply(Reply),
    Watch(Box<Watch>),
}

impl Api {
    /// # Errors
    /// When the audit log cannot be opened.
    pub fn new(settings: Settings) -> std::io::Result<Self> {
        let audit = Audit::open(settings.audit_log.as_deref())?;
        Ok(Self {
            inner: Arc::new(Inner {
                world: Mutex::new(World::new()),
                changed: Sender::new(0),
                settings,
                audit,
            }),
        })
    }

    /// A token that makes requests as the administrator of the cluster.
    pub fn administrator_token(&self, name: &str) -> String {
        self.issue(Who::master(name))
    }

    /// A token of a ServiceAccount.
    pub fn account_token(&self, namespace: &str, name: &str) -> String {
        self.issue(Who::account(namespace, name))
    }

    fn issue(&self, who: Who) -> String {
        let token = self.new_token();
        self.world().tokens.issue(token.clone(), who);
        token
    }

    pub(crate) fn new_token(&self) -> String {
        (self.inner.settings.token)()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.inner.settings.clock)()
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.inner
            .world
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Told after every change.
    pub(crate) fn changes(&self) -> Receiver<u64> {
        self.inner.changed.subscribe()
    }

    /// Tells everybody who waits that something has changed.
    pub(crate) fn announce(&self) {
        let version = self.world().objects.version();
        self.inner.changed.send_if_modified(|known| {
            let is_new = *known != version;
            *known = version;
            is_new
        });
    }

    /// Answers one request.
    pub fn answer(&self, request: &Request<Bytes>) -> Answer {
        let authenticated = self.world().tokens.authenticate(request.headers());
        let outcome = match &authenticated {
            Ok(who) => self.handle(request, who),
            Err(refusal) => Err(refusal.clone()),
        };
        self.announce();
        if let Ok(who) = &authenticated {
            let (code, name) = match &outcome {
                Ok(Outcome::Reply(reply)) => (reply.code, reply.body["metadata"]["name"].as_str()),
                Ok(Outcome::Watch(_)) => (200, None),
                Err(refusal) => (refusal.code, None),
            };
            let answered = Answered {
                code,
                at: self.now(),
                name: name.unwrap_or_default(),
            };
            self.inner.audit.note(request, who, &answered);
        }
        match outcome {
            Ok(Outcome::Reply(reply)) => whole(reply.code, &reply.body),
            Ok(Outcome::Watch(watch)) => streamed(*watch),
            Err(refusal) => whole(refusal.code, &refusal.status()),
        }
    }

    fn handle(&self, request: &Request<Bytes>, asker: &Who) -> Result<Outcome, Refusal> {
        let mut world = self.world();
        let who = match who::impersonated(request.headers()) {
            Some(other) => {
                world.authorize_impersonation(asker, &other)?;
                other
            }
            None => asker.clone(),
        };
        match Target::of(request)? {
            Target::Document(path) => document(&world, &path).map(Outcome::Reply),
            Target::Objects(call) => self.handle_call(&mut world, &call, who),
        }
    }

    fn handle_call(&self, world: &mut World, call: &Call, who: Who) -> Result<Outcome, Refusal> {
        world.authorize(&who, &question(call))?;
        if review::is_review(call) {
            return world.review(call, &who).map(Outcome::Reply);
        }
        if (call.plural.as_str(), call.subresource.as_str()) == ("serviceaccounts", "token") {
            return world.issue_token(self, call).map(Outcome::Reply);
        }
        let kind = world
            .kind(&call.group, &call.version, &call.plural)
            .ok_or_else(Refusal::no_such_resource)?;
        let context = Context {
            call,
            kind,
            who,
            now: self.now(),
        };
        check_subresource(&context)?;
        match call.verb {
            Verb::Get => world.get(&context),
            Verb::List => world.list(&context),
            Verb::Watch => {
                let watch = world.watch(self, &context)?;
                return Ok(Outcome::Watch(Box::new(watch)));
            }
            Verb::Create => world.create(&context, body(&context)?),
            Verb::Update => world.update(&context, body(&context)?),
            Verb::Patch => world.patch(&context),
            Verb::Delete => world.delete(&context),
            Verb::DeleteCollection => world.delete_all(&context),
        }
        .map(Outcome::Reply)
    }
}

fn question(call: &Call) -> Question<'_> {
    Question {
        verb: call.verb.as_str(),
        group: &call.group,
        resource: &call.plural,
        subresource: &call.subresource,
        // A namespace's own requests count as made in it.
        namespace: if call.group.is_empty() && call.plural == "namespaces" {
            &call.name
        } else {
            &call.namespace
        },
        name: &call.name,
    }
}

fn check_subresource(context: &Context<'_>) -> Result<(), Refusal> {
    match context.call.subresource.as_str() {
        "" => Ok(()),
        "status" if context.has_own_status() => Ok(()),
        "finalize" if context.kind.kind == "Namespace" => Ok(()),
        _ => Err(Refusal::no_such_resource()),
    }
}

/// The object that a request carries, of the kind and in the place that its path names.
fn body(context: &Context<'_>) -> Result<Value, Refusal> {
    let call = context.call;
    let object: Value = serde_json::from_slice(&call.body).map_err(|error| {
        Refusal::bad_request(format!(
            "couldn't get version/kind; json parse error: {error}"
        ))
    })?;
    let found = (text(&object["apiVersion"]), text(&object["kind"]));
    let wanted = (context.api_version(), context.kind.kind.clone());
    if found != wanted {
        return Err(Refusal::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind of {}/{}",
            wanted.1, found.0, found.1
        )));
    }
    let namespace = text(&object["metadata"]["namespace"]);
    if !namespace.is_empty() && namespace != call.namespace && context.kind.is_namespaced() {
        return Err(Refusal::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    Ok(object)
}

/// Health, version and discovery.
fn document(world: &World, path: &str) -> Result<Reply, Refusal> {
    let words: Vec<&str> = path.split('/').collect();
    let found = match words.as_slice() {
        ["healthz" | "readyz" | "livez"] => Some(json!("ok")),
        ["version"] => Some(json!({
            "major": "1", "minor": "34", "gitVersion": "v1.34.4-sandbox", "gitCommit": "",
            "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none",
            "compiler": "none", "platform": "memory",
        })),
        ["api"] => Some(
            json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] }),
        ),
        ["api", version] => kinds::resource_list(&world.kinds, "", version),
        ["apis"] => Some(kinds::group_list(&world.kinds)),
        ["apis", group, version] => kinds::resource_list(&world.kinds, group, version),
        _ => None,
    };
    found.map(Reply::ok).ok_or_else(Refusal::no_such_resource)
}

fn whole(code: u16, body: &Value) -> Answer {
    let bytes = Bytes::from(body.to_string());
    let mut answer = Response::new(Full::new(bytes).boxed_unsync());
    *answer.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    as_json(answer)
}

fn streamed(watch: Watch) -> Answer {
    let frames = watch.lines().map_ok(http_body::Frame::data);
    as_json(Response::new(StreamBody::new(frames).boxed_unsync()))
}

fn as_json(mut answer: Answer) -> Answer {
    let json = header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}
