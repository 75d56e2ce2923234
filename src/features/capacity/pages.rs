//! Capacity on one page.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

use super::balance::{self, Balance, Outlook, Seen};
use super::holders::{self, Holder};
use super::limits::{self, Limit};
use super::nodes::{self, Device, Pool};
use crate::access::{Access, Age};
use crate::clock::Clock;
use crate::cluster::snapshot::{Gap, Snapshot};
use crate::domain::{Permission, Profile, Quantity};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{Meter, Notice, When, amount, label_of};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "capacity/show.html")]
struct ShowPage {
    frame: Frame,
    notices: Vec<Notice>,
    looked: When,
    again: Option<&'static str>,
    /// Were nodes and pods seen?
    seen: bool,
    balances: Vec<BalanceRow>,
    unlimited: usize,
    unlimited_href: String,
    devices: Vec<DeviceRow>,
    pools: Vec<PoolRow>,
    holders: Vec<HolderRow>,
    holders_seen: bool,
    limits: Vec<LimitRow>,
}

struct BalanceRow {
    label: String,
    there: String,
    requested: String,
    requested_percent: Option<u32>,
    promised: String,
    promised_percent: Option<u32>,
    used: String,
    factor: String,
    verdict: &'static str,
    outlook: String,
}

struct DeviceRow {
    product: String,
    resource: String,
    nodes: usize,
    there: String,
    meter: Meter,
    free: String,
    most_free: String,
}

struct PoolRow {
    name: String,
    nodes: usize,
    remark: String,
    meters: Vec<Meter>,
}

struct HolderRow {
    profile: String,
    profile_href: String,
    pod: String,
    what: String,
    node: String,
    since: Option<When>,
    last_activity: Option<When>,
    is_notebook: bool,
}

struct LimitRow {
    profile: String,
    href: String,
    resource: String,
    used: String,
    limit: String,
    meter: Meter,
}

pub(super) async fn show(access: Access, frame: Frame) -> Result<Response, Problem> {
    let now = Clock.now();
    let profiles = access.cluster().profiles();
    let snapshot = access.snapshot(Age::Remembered).await?;
    let (nodes, pods) = (snapshot.nodes.all(), snapshot.pods.all());
    let mut notices: Vec<Notice> = Notice::about("profiles", &profiles.state)
        .into_iter()
        .collect();
    notices.extend(nodes.as_ref().err().map(unseen));
    notices.extend(pods.as_ref().err().map(unseen));
    let seen = match (&nodes, &pods) {
        (Ok(nodes), Ok(pods)) => Some(Seen { nodes, pods }),
        _ => None,
    };
    let (devices, pools) = on_nodes(seen);
    let profiles = profiles.items;
    let is_unlimited = |one: &&Arc<Profile>| balance::limits(one).is_empty();
    page::ok(&ShowPage {
        frame: frame.titled("Capacity"),
        notices,
        looked: When::new(snapshot.taken_at, now),
        again: access
            .may(Permission::ReadInstallation)
            .then_some(paths::CHECKS_AGAIN),
        seen: seen.is_some(),
        balances: balance::of(&profiles, seen)
            .iter()
            .map(balance_row)
            .collect(),
        unlimited: profiles.iter().filter(is_unlimited).count(),
        unlimited_href: format!("{}?quota=none", paths::PROFILES),
        devices,
        pools,
        holders: holder_rows(&snapshot, &profiles, now),
        holders_seen: pods.is_ok(),
        limits: limits::of(&profiles).iter().map(limit_row).collect(),
    })
}

fn unseen(gap: &Gap) -> Notice {
    match gap {
        Gap::Forbidden(right) => Notice::new(
            "warning",
            "A part of this page needs more rights than your account has",
            format!("It needs the right to {right}. What it would say is left out, not zero."),
        ),
        Gap::Absent(what) => Notice::new(
            "warning",
            &format!("This cluster does not know {what}"),
            "What it would say is left out, not zero.",
        ),
        Gap::Unreadable { what, why } => {
            Notice::new("warning", &format!("{what} could not be read"), why.clone())
        }
    }
}

fn on_nodes(seen: Option<Seen<'_>>) -> (Vec<DeviceRow>, Vec<PoolRow>) {
    let Some(seen) = seen else {
        return (Vec::new(), Vec::new());
    };
    let taken = nodes::taken_by_node(seen.pods);
    let devices = nodes::devices(seen.nodes, &taken);
    let pools = nodes::pools(seen.nodes, &taken);
    (
        devices.iter().map(device_row).collect(),
        pools.into_iter().map(pool_row).collect(),
    )
}

fn balance_row(balance: &Balance) -> BalanceRow {
    let resource = balance.resource.as_str();
    let told = |quantity| amount(resource, quantity);
    let (verdict, outlook) = match balance.outlook() {
        Outlook::NothingPromised => ("", "Nothing is promised.".to_owned()),
        Outlook::Unknown => (
            "",
            "Not known: nodes do not say how much there is.".to_owned(),
        ),
        Outlook::Fits { spare } => ("fits", format!("Fits, with {} to spare.", told(spare))),
        Outlook::Short { missing } => (
            "short",
            format!("{} short: whoever asks last waits.", told(missing)),
        ),
    };
    let percent = |quantity: Quantity| {
        let there = balance.allocatable?;
        quantity.percent_of(there)
    };
    BalanceRow {
        label: label(resource),
        there: balance
            .allocatable
            .map_or_else(|| "not known".to_owned(), told),
        requested: match balance.allocatable {
            Some(_) => told(balance.requested()),
            None => "not known".to_owned(),
        },
        requested_percent: percent(balance.requested()),
        promised: told(balance.promised),
        promised_percent: percent(balance.promised),
        used: told(balance.used),
        factor: balance
            .overcommit()
            .filter(|_| !balance.promised.is_zero())
            .map_or_else(String::new, factor),
        verdict,
        outlook,
    }
}

/// `1.4×` for 140 per cent.
fn factor(percent: u32) -> String {
    format!("{}.{:02}×", percent / 100, percent % 100)
}

fn label(resource: &str) -> String {
    let quota = if nodes::is_device(resource) || resource == "storage" {
        format!("requests.{resource}")
    } else {
        resource.to_owned()
    };
    if resource == "pods" {
        return "Pods".to_owned();
    }
    let known = label_of(&crate::domain::ResourceName::from_cluster(quota));
    match known.strip_prefix("requests.") {
        Some(bare) => bare.to_owned(),
        None => known,
    }
}

/// Requested of what there is, in the words of this page.
fn requested(resource: &str, taken: Quantity, there: Quantity) -> Meter {
    let name = crate::domain::ResourceName::from_cluster(resource);
    let (used, limit) = (amount(resource, taken), amount(resource, there));
    let label = label(resource);
    Meter {
        text: format!("{used} of {limit} {label} requested"),
        label,
        used,
        limit,
        ..Meter::new(&name, Some(taken), there)
    }
}

fn device_row(device: &Device) -> DeviceRow {
    let told = |quantity| amount(&device.resource, quantity);
    DeviceRow {
        product: device.product.clone(),
        resource: device.resource.clone(),
        nodes: device.nodes,
        there: told(device.allocatable),
        meter: requested(&device.resource, device.taken, device.allocatable),
        free: told(device.allocatable.minus(device.taken)),
        most_free: told(device.most_free),
    }
}

fn pool_row(pool: Pool) -> PoolRow {
    let shown = |resource: &&String| {
        ["cpu", "memory"].contains(&resource.as_str()) || nodes::is_device(resource)
    };
    let meters = pool
        .allocatable
        .keys()
        .filter(shown)
        .map(|resource| {
            let taken = pool.taken.get(resource).copied();
            let taken = taken.unwrap_or(Quantity::ZERO);
            requested(resource, taken, pool.allocatable[resource])
        })
        .collect();
    PoolRow {
        name: pool.name,
        nodes: pool.nodes,
        remark: pool.remark,
        meters,
    }
}

fn holder_rows(snapshot: &Snapshot, profiles: &[Arc<Profile>], now: Timestamp) -> Vec<HolderRow> {
    let (nodes, notebooks) = (snapshot.nodes.visible(), snapshot.notebooks.visible());
    let holders = holders::of(snapshot.pods.visible(), nodes, notebooks);
    let is_profile = |name: &str| profiles.iter().any(|one| one.name.as_str() == name);
    let row = |holder: Holder| HolderRow {
        profile_href: if is_profile(&holder.namespace) {
            paths::fill(paths::PROFILE, &holder.namespace)
        } else {
            String::new()
        },
        what: format!(
            "{} × {}",
            amount(&holder.resource, holder.count),
            if holder.product.is_empty() {
                &holder.resource
            } else {
                &holder.product
            }
        ),
        profile: holder.namespace,
        pod: holder.pod,
        node: holder.node,
        since: holder.since.map(|at| When::new(at, now)),
        last_activity: holder.last_activity.map(|at| When::new(at, now)),
        is_notebook: holder.notebook.is_some(),
    };
    holders.into_iter().map(row).collect()
}

fn limit_row(limit: &Limit) -> LimitRow {
    let name = limit.resource.as_str();
    LimitRow {
        href: paths::fill(paths::PROFILE, &limit.profile),
        profile: limit.profile.clone(),
        resource: name.to_owned(),
        used: amount(name, limit.used),
        limit: amount(name, limit.hard),
        meter: Meter::new(&limit.resource, Some(limit.used), limit.hard),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_and_labels_are_read_by_people() {
        assert_eq!((factor(140), factor(92)), ("1.40×".into(), "0.92×".into()));
        assert_eq!(label("nvidia.com/gpu"), "GPU");
        assert_eq!(label("amd.com/gpu"), "amd.com/gpu");
        assert_eq!(label("storage"), "Storage");
        assert_eq!(label("cpu"), "CPU");
    }
}
