//! Routing with a declared guard: a route without one does not compile, and every route is in the table.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{self, MethodRouter};

use super::admission;
use super::app::App;
use crate::domain::Permission;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody. Only sign-in, health and static files.
    Public,
    /// Anybody with a session; the handler gets `SignedIn` and with it what is theirs.
    SignedIn,
    /// Only who has this permission; the handler gets `Access`.
    Needs(Permission),
}

/// One line of the table of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteInfo {
    pub method: &'static str,
    pub path: &'static str,
    pub guard: Guard,
}

/// Collects routes of one feature, or of all.
pub struct Routes {
    app: App,
    router: Router<App>,
    table: Vec<RouteInfo>,
}

impl Routes {
    pub fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            router: Router::new(),
            table: Vec::new(),
        }
    }

    #[must_use]
    pub fn get<H, T>(self, path: &'static str, guard: Guard, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.mount(
            RouteInfo {
                method: "GET",
                path,
                guard,
            },
            routing::get(handler),
        )
    }

    #[must_use]
    pub fn post<H, T>(self, path: &'static str, guard: Guard, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.mount(
            RouteInfo {
                method: "POST",
                path,
                guard,
            },
            routing::post(handler),
        )
    }

    /// A form that may be larger than others: a pasted list.
    #[must_use]
    pub fn post_up_to<H, T>(self, bytes: usize, route: (&'static str, Guard), handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let (path, guard) = route;
        let info = RouteInfo {
            method: "POST",
            path,
            guard,
        };
        self.mount(
            info,
            routing::post(handler).layer(DefaultBodyLimit::max(bytes)),
        )
    }

    fn mount(mut self, info: RouteInfo, route: MethodRouter<App>) -> Self {
        let RouteInfo { path, guard, .. } = info;
        let guarded = route.route_layer(from_fn_with_state(
            (self.app.clone(), guard),
            admission::admit,
        ));
        self.router = self.router.route(path, guarded);
        self.table.push(info);
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    pub fn finish(self) -> (Router<App>, Vec<RouteInfo>) {
        (self.router, self.table)
    }
}
