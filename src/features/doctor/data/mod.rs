//! Facts that change with the world and not with the code: releases, components, support windows, advisories. Each
//! table names its sources.

pub(crate) mod advisories;
pub(crate) mod components;
pub(crate) mod kubernetes;
pub(crate) mod releases;
