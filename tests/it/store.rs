//! The store on both engines: each body below runs on a new `SQLite` file and on a new `PostgreSQL` database.

mod counts;
mod end_requests;
mod fixtures;
mod imports;
mod leases;
mod records;
mod schema;
mod tokens;
mod usage;

use kubeflow_admin::store::Store;

/// A new database, and what must live as long as it.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) _folder: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}", folder.path().join("store.db").display()),
            _folder: Some(folder),
        }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let url = crate::postgres::new_database().await?;
        Some(Self { url, _folder: None })
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

/// `both!(name);` makes the tests `name::sqlite` and `name::postgresql` of the body `async fn name(&Place)`.
macro_rules! both {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            use crate::store::Place;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$body(&Place::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgresql() {
                if let Some(place) = Place::postgres().await {
                    super::$body(&place).await;
                }
            }
        }
    )+};
}
pub(crate) use both;
