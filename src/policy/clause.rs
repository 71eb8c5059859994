//! One way to have access.

use super::Class;
use crate::token::Scope;

/// One way to have a collection: a class, and the scope that a token must carry for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Clause {
    class: Class,
    scope: Scope,
}

/// Open data beside a scope: one of both is not meant, and which one decides who may read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{} is open to everyone, and a scope is demanded beside it", Class::Open.name())]
pub struct OpenWithScope;

impl Clause {
    /// Access to data of `class` with a token that carries `scope`.
    ///
    /// # Errors
    /// [`OpenWithScope`].
    pub fn new(class: Class, scope: Scope) -> Result<Self, OpenWithScope> {
        if class == Class::Open && !scope.is_empty() {
            return Err(OpenWithScope);
        }
        Ok(Self { class, scope })
    }

    /// The sensitivity class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The scope that a token must carry; empty: any active token will do, and none is needed where it is open.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// `true` when no token is needed (OE-CLS-2).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.class == Class::Open
    }

    pub(super) fn grants(&self, scope: &Scope) -> bool {
        self.is_open() || scope.covers(&self.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_data_has_no_scope_beside_it() {
        let scope = || Scope::parse("energy:read").unwrap();
        assert_eq!(Clause::new(Class::Open, scope()), Err(OpenWithScope));
        assert!(Clause::new(Class::Open, Scope::default()).is_ok());
        assert!(Clause::new(Class::SharedA, scope()).is_ok());
    }
}
