//! The sites of an edge with their masks compiled, and who may speak for them.

use std::collections::HashMap;
use std::sync::Arc;

use coview_config::{Config, ConfigError, Fault, Site};
use coview_dom_capture::mask::Rules;

use crate::secrets::Digest;

/// One site, ready to serve.
pub struct Tenant {
    /// What the operator wrote.
    pub site: Site,
    /// Its masks.
    pub rules: Arc<Rules>,
    keys: Vec<Digest>,
}

/// All sites by key.
pub struct Sites(HashMap<String, Arc<Tenant>>);

impl Sites {
    /// Compiles every site's masks.
    ///
    /// # Errors
    /// Every selector that cannot be enforced, with its place.
    pub fn compile(name: &str, config: &Config) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let mut sites = HashMap::new();
        for (index, site) in config.sites.iter().enumerate() {
            match Rules::compile(&site.masks) {
                Ok(rules) => {
                    let keys = site
                        .api_keys_sha256
                        .iter()
                        .filter_map(|hex| Digest::from_hex(hex))
                        .collect();
                    let tenant = Tenant {
                        site: site.clone(),
                        rules: Arc::new(rules),
                        keys,
                    };
                    sites.insert(site.key.clone(), Arc::new(tenant));
                }
                Err(errors) => faults.extend(errors.into_iter().map(|error| Fault {
                    key: format!("sites[{index}].masks.{}", error.list),
                    line: 0,
                    message: format!(
                        "number {}, {:?}: {}",
                        error.number, error.selector, error.reason
                    ),
                })),
            }
        }
        if faults.is_empty() {
            Ok(Self(sites))
        } else {
            Err(ConfigError {
                name: name.to_owned(),
                faults,
            })
        }
    }

    /// A site by its key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<Tenant>> {
        self.0.get(key)
    }

    /// Keys of the sites this API key speaks for; compared in constant time.
    #[must_use]
    pub fn of_api_key(&self, presented: &str) -> Vec<String> {
        let digest = Digest::of(presented);
        let mut found: Vec<String> = self
            .0
            .values()
            .filter(|tenant| {
                tenant
                    .keys
                    .iter()
                    .fold(false, |found, key| found | (*key == digest))
            })
            .map(|tenant| tenant.site.key.clone())
            .collect();
        found.sort();
        found
    }

    /// All keys, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.0.keys().cloned().collect();
        keys.sort();
        keys
    }

    /// May pages of this web origin connect agents of some site?
    #[must_use]
    pub fn any_agent_origin(&self, origin: &str) -> bool {
        self.0.values().any(|tenant| tenant.agents_from(origin))
    }
}

impl Tenant {
    /// May pages of this web origin be shared?
    #[must_use]
    pub fn visitors_from(&self, origin: &str) -> bool {
        self.site
            .web_origins
            .iter()
            .any(|allowed| allowed.allows(origin))
    }

    /// May pages of this web origin connect agents, besides the edge's own?
    #[must_use]
    pub fn agents_from(&self, origin: &str) -> bool {
        self.site
            .agent_origins
            .iter()
            .any(|allowed| allowed.allows(origin))
    }
}
