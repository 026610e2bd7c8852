//! The host as safe Rust sees it: a thin layer over the tables of `abi.rs`.
use crate::abi::*;

pub const fn text(s: &str) -> sluice_str {
    sluice_str { ptr: s.as_ptr(), len: s.len() }
}

/// Borrowed for as long as the host lends it: no longer than the hook that asked.
pub fn bytes(s: &sluice_str) -> &[u8] {
    if s.len == 0 {
        return &[]; // the pointer may be null then
    }
    unsafe { std::slice::from_raw_parts(s.ptr, s.len) }
}

/// The host's tables that this plugin uses.
pub struct Tables {
    request: sluice_host_request,
    reply: sluice_host_reply,
    attributes: sluice_host_attributes,
}

impl Tables {
    /// None if the host lacks something that is called below. What else it lacks does not matter.
    pub unsafe fn find(host: *const sluice_host) -> Option<Tables> {
        let request: sluice_host_request = table(host, SLUICE_HOST_REQUEST_ID)?;
        let reply: sluice_host_reply = table(host, SLUICE_HOST_REPLY_ID)?;
        let attributes: sluice_host_attributes = table(host, SLUICE_HOST_ATTRIBUTES_ID)?;
        let whole = request.body.is_some() && request.header.is_some() && reply.block.is_some() && attributes.set.is_some();
        whole.then_some(Tables { request, reply, attributes })
    }
}

/// A copy of a table, as far as the host has it: functions that a host of an older release lacks are None.
unsafe fn table<T: Copy>(host: *const sluice_host, id: &str) -> Option<T> {
    let found = (*host).get_interface?(host, text(id)) as *const u8;
    if found.is_null() {
        return None;
    }
    // Every table begins with its size.
    let size = (*(found as *const u32) as usize).min(std::mem::size_of::<T>());
    let mut copy = std::mem::MaybeUninit::<T>::zeroed();
    std::ptr::copy_nonoverlapping(found, copy.as_mut_ptr() as *mut u8, size);
    Some(copy.assume_init())
}

/// One request in the hands of a hook. It cannot outlive it.
pub struct Request<'hook> {
    tables: &'hook Tables,
    ctx: *mut sluice_ctx,
}

impl<'hook> Request<'hook> {
    pub fn new(tables: &'hook Tables, ctx: *mut sluice_ctx) -> Self {
        Request { tables, ctx }
    }

    pub fn body(&self) -> &'hook [u8] {
        let body = unsafe { self.tables.request.body.unwrap()(self.ctx) };
        unsafe { lent(body) }
    }

    /// None too if it is no UTF-8: fields of HTTP may be anything.
    pub fn header(&self, name: &str) -> Option<&'hook str> {
        let mut value = text("");
        let status = unsafe { self.tables.request.header.unwrap()(self.ctx, text(name), &mut value) };
        if status != SLUICE_OK {
            return None;
        }
        std::str::from_utf8(unsafe { lent(value) }).ok()
    }

    pub fn set_attribute(&self, name: &str, value: &str) -> sluice_status {
        unsafe { self.tables.attributes.set.unwrap()(self.ctx, text(name), text(value)) }
    }

    /// `return request.block(…)` in a hook that may block.
    pub fn block(&self, code: &str, message: &str) -> sluice_verdict {
        let why = sluice_block {
            size: std::mem::size_of::<sluice_block>() as u32,
            http_status: 0, // the phase's own
            code: text(code),
            type_: text(""),
            public_message: text(message),
            internal_reason: text(""),
            category: text(""),
        };
        unsafe { self.tables.reply.block.unwrap()(self.ctx, &why) };
        SLUICE_BLOCK
    }
}

/// What the host lends lives until the hook returns, which is longer than any Request.
unsafe fn lent<'hook>(s: sluice_str) -> &'hook [u8] {
    if s.len == 0 {
        return &[];
    }
    std::slice::from_raw_parts(s.ptr, s.len)
}
