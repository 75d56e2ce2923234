//! The lab's own certificate authority, made new for each run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// A certificate authority that writes what it signs into one directory.
pub(crate) struct Authority {
    directory: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The two files of a certificate.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The two files of the key that signs `ServiceAccount` tokens.
#[derive(Debug, Clone)]
pub(crate) struct TokenKey {
    pub(crate) private: PathBuf,
    pub(crate) public: PathBuf,
}

impl Authority {
    pub(crate) fn create(directory: PathBuf) -> Result<Self> {
        let mut parameters = CertificateParams::default();
        parameters
            .distinguished_name
            .push(DnType::CommonName, "lab");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
        fs::write(directory.join("ca.crt"), issuer.pem())?;
        Ok(Self { directory, issuer })
    }

    /// The authority's own certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.directory.join("ca.crt")
    }

    /// Signs a server's certificate for these names and addresses.
    pub(crate) fn server(&self, file: &str, names: &[String]) -> Result<Certificate> {
        let mut parameters = CertificateParams::new(names)?;
        parameters.distinguished_name.push(DnType::CommonName, file);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(file, parameters)
    }

    /// Signs a client's certificate: the user name and one group, as Kubernetes reads them.
    pub(crate) fn client(&self, file: &str, user: &str, group: &str) -> Result<Certificate> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, user);
        parameters
            .distinguished_name
            .push(DnType::OrganizationName, group);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(file, parameters)
    }

    /// A key pair without certificate.
    pub(crate) fn token_key(&self) -> Result<TokenKey> {
        let key = KeyPair::generate()?;
        let files = TokenKey {
            private: self.directory.join("tokens.key"),
            public: self.directory.join("tokens.pub"),
        };
        fs::write(&files.private, key.serialize_pem())?;
        fs::write(&files.public, key.public_key_pem())?;
        Ok(files)
    }

    fn sign(&self, file: &str, mut parameters: CertificateParams) -> Result<Certificate> {
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate()?;
        let files = Certificate {
            certificate: self.directory.join(format!("{file}.crt")),
            key: self.directory.join(format!("{file}.key")),
        };
        fs::write(
            &files.certificate,
            parameters.signed_by(&key, &self.issuer)?.pem(),
        )?;
        fs::write(&files.key, key.serialize_pem())?;
        Ok(files)
    }
}

/// Reads a file into the form kubeconfig files embed.
pub(crate) fn embedded(path: &Path) -> Result<String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    Ok(STANDARD.encode(fs::read(path)?))
}
