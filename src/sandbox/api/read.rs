//! Reading: one object, or a list in pages.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::objects::{Kept, name_of};
use super::select::Selector;
use super::status::Refusal;
use super::world::{Context, Reply, World};

impl World {
    pub(crate) fn get(&self, context: &Context<'_>) -> Result<Reply, Refusal> {
        let object = self.find(context)?;
        Ok(Reply::ok(as_asked(context, context.shown(&object))))
    }

    /// The object that the path names.
    pub(crate) fn find(&self, context: &Context<'_>) -> Result<Arc<Value>, Refusal> {
        let call = context.call;
        let found = self
            .objects
            .get(&context.collection(), &call.namespace, &call.name);
        found.ok_or_else(|| Refusal::not_found(&context.kind, &call.name))
    }

    /// O(objects of the kind); a page other than the first is read as of the first one.
    pub(crate) fn list(&self, context: &Context<'_>) -> Result<Reply, Refusal> {
        let selector = selector(context)?;
        let options = &context.call.options;
        let limit: usize = options.get("limit").parse().unwrap_or(0);
        let token = Token::of(options.get("continue"))?;
        let version = token
            .as_ref()
            .map_or(self.objects.version(), |token| token.version);
        let collection = context.collection();
        let mut matching = match &token {
            None => self.objects.all(&collection, &context.call.namespace),
            Some(token) => {
                let kept = self.objects.as_of(&collection, version);
                rest_of(&kept.ok_or_else(|| Refusal::expired(TOO_OLD))?, token)
            }
        };
        matching.retain(|object| selector.matches(object));
        let page = match limit {
            0 => matching.len(),
            limit => limit.min(matching.len()),
        };
        let mut metadata = json!({ "resourceVersion": version.to_string() });
        if page < matching.len()
            && let Some(last) = matching.get(page.saturating_sub(1))
        {
            metadata["continue"] = Token::after(version, last).into();
            // Only a list without selectors knows how much is left.
            if options.get("labelSelector").is_empty() && options.get("fieldSelector").is_empty() {
                metadata["remainingItemCount"] = (matching.len() - page).into();
            }
        }
        let items: Vec<Value> = matching[..page]
            .iter()
            .map(|object| item(context, object))
            .collect();
        let mut list = json!({
            "apiVersion": context.api_version(),
            "kind": format!("{}List", context.kind.kind),
            "metadata": metadata,
            "items": items,
        });
        if wants_metadata(context) {
            list["apiVersion"] = "meta.k8s.io/v1".into();
            list["kind"] = "PartialObjectMetadataList".into();
        }
        Ok(Reply::ok(list))
    }
}

/// Lists of Kubernetes' own kinds do not repeat the kind in each item.
fn item(context: &Context<'_>, object: &Value) -> Value {
    if context.kind.is_custom() || wants_metadata(context) {
        as_asked(context, context.shown(object))
    } else {
        object.clone()
    }
}

fn wants_metadata(context: &Context<'_>) -> bool {
    context.call.accept.contains("as=PartialObjectMetadata")
}

/// The whole object, or its metadata alone where the request says so.
pub(crate) fn as_asked(context: &Context<'_>, object: Value) -> Value {
    if wants_metadata(context) {
        json!({
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": object["metadata"],
        })
    } else {
        object
    }
}

pub(crate) fn selector(context: &Context<'_>) -> Result<Selector, Refusal> {
    let options = &context.call.options;
    let selectors = (options.get("labelSelector"), options.get("fieldSelector"));
    Selector::new(&context.kind, &context.call.namespace, selectors)
}

const TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.";

/// Where a list goes on: as of which version, and after which object.
struct Token {
    version: u64,
    namespace: String,
    name: String,
}

impl Token {
    fn of(text: &str) -> Result<Option<Self>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let decoded = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<(u64, String, String)>(&bytes).ok());
        let (version, namespace, name) = decoded.ok_or_else(|| {
            Refusal::bad_request("continue key is not valid: encoded value is not a token")
        })?;
        Ok(Some(Self {
            version,
            namespace,
            name,
        }))
    }

    fn after(version: u64, object: &Value) -> String {
        let (namespace, name) = name_of(object);
        URL_SAFE_NO_PAD.encode(json!([version, namespace, name]).to_string())
    }
}

fn rest_of(kept: &Kept, token: &Token) -> Vec<Arc<Value>> {
    use std::ops::Bound::{Excluded, Unbounded};
    let start = Excluded((token.namespace.clone(), token.name.clone()));
    let rest = kept.range((start, Unbounded));
    rest.map(|(_, object)| object.clone()).collect()
}
