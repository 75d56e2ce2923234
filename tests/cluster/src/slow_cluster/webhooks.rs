//! A STAND-IN for every webhook of a release: it allows whatever it is asked, once a pod behind its Service is ready.
//!
//! The API server asks for a tunnel to the Service's address (`CONNECT`), as it does where the control plane and the
//! pods are in different networks, and speaks TLS through it.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::{core::v1::Service, discovery::v1::EndpointSlice};
use kube::{Api, Client, ResourceExt, api::ListParams};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use crate::certificates::{Authority, embedded};

/// Who answers, and with which certificates.
pub(super) struct Backends {
    client: Client,
    authority: Authority,
    bundle: String,
    certificates: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl Backends {
    pub(super) fn new(client: Client, authority: Authority) -> Result<Self> {
        Ok(Self {
            client,
            bundle: embedded(&authority.certificate())?,
            authority,
            certificates: Mutex::default(),
        })
    }

    /// The `caBundle` that trusts them.
    pub(super) fn authority(&self) -> String {
        self.bundle.clone()
    }

    /// The Service with this address.
    async fn service(&self, address: &str) -> Result<Service> {
        let services: Api<Service> = Api::all(self.client.clone());
        let all = services.list(&ListParams::default()).await?;
        let at = |one: &Service| {
            let spec = one.spec.as_ref();
            spec.and_then(|spec| spec.cluster_ip.as_deref()) == Some(address)
        };
        all.into_iter()
            .find(at)
            .context("no Service has this address")
    }

    fn tls(&self, service: &Service) -> Result<Arc<ServerConfig>> {
        let name = format!(
            "{}.{}.svc",
            service.name_any(),
            service.namespace().unwrap_or_default()
        );
        let mut known = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&name) {
            return Ok(found.clone());
        }
        let files = self.authority.server(&name, std::slice::from_ref(&name))?;
        let chain = vec![CertificateDer::from_pem_file(&files.certificate)?];
        let key = PrivateKeyDer::from_pem_file(&files.key)?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        let config = Arc::new(config);
        known.insert(name, config.clone());
        Ok(config)
    }
}

/// Has this Service a ready pod?
pub(super) async fn is_answered(client: &Client, namespace: &str, name: &str) -> Result<bool> {
    let slices: Api<EndpointSlice> = Api::namespaced(client.clone(), namespace);
    let of_service = ListParams::default().labels(&format!("kubernetes.io/service-name={name}"));
    let slices = slices.list(&of_service).await?;
    let mut endpoints = slices.iter().flat_map(|slice| &slice.endpoints);
    Ok(endpoints.any(|one| one.conditions.as_ref().and_then(|all| all.ready) == Some(true)))
}

pub(super) async fn serve(socket: &Path, backends: Arc<Backends>) -> Result<()> {
    let listener = UnixListener::bind(socket)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let backends = backends.clone();
        tokio::spawn(async move {
            if let Err(problem) = tunnel(stream, &backends).await {
                tracing::debug!(%problem, "a webhook was not answered");
            }
        });
    }
}

async fn tunnel(stream: UnixStream, backends: &Backends) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1).context("no target")?;
    let address = target.rsplit_once(':').context("no port")?.0;
    let service = backends.service(address).await?;
    let namespace = service.namespace().unwrap_or_default();
    if !is_answered(&backends.client, &namespace, &service.name_any()).await? {
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            .await?;
        bail!("{namespace}/{} has no ready pod", service.name_any());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let acceptor = TlsAcceptor::from(backends.tls(&service)?);
    let stream = TokioIo::new(acceptor.accept(stream).await?);
    let answering = hyper::server::conn::http1::Builder::new();
    answering
        .serve_connection(stream, service_fn(answer))
        .await?;
    Ok(())
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<bytes::Bytes>>> {
    let body = request.into_body().collect().await?.to_bytes();
    let review: Value = serde_json::from_slice(&body)?;
    let request = &review["request"];
    let response = if review["kind"] == "ConversionReview" {
        let wanted = &request["desiredAPIVersion"];
        let mut objects = request["objects"].clone();
        for object in objects.as_array_mut().into_iter().flatten() {
            object["apiVersion"] = wanted.clone();
        }
        json!({"uid": request["uid"], "result": {"status": "Success"}, "convertedObjects": objects})
    } else {
        json!({"uid": request["uid"], "allowed": true})
    };
    let review =
        json!({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response});
    let answer = Response::builder().header("content-type", "application/json");
    Ok(answer.body(Full::from(serde_json::to_vec(&review)?))?)
}
