//! A plugin in Rust without any crate. It leaves a fingerprint of each request's body in the record, and refuses a
//! body that is longer than the request's own field `x-body-max` says.
//!
//! The border is C: what crosses it is in `abi.rs`, and a panic never does. `guarded` turns it into a failed hook.
mod abi;
mod host;

use abi::*;
use host::{text, Request, Tables};
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

const MANIFEST_TEXT: &[u8] = include_bytes!("manifest.json");

/// The bytes themselves, not a pointer to them: tools read the section without running anything.
#[link_section = ".sluice.manifest"]
#[used]
static MANIFEST: [u8; MANIFEST_TEXT.len()] = *include_bytes!("manifest.json");

/// What `sluice_instance` is. Hooks of different requests use it at the same time, so it is only read.
struct Plugin {
    tables: Tables,
}

impl Plugin {
    fn pre_call(&self, request: &Request) -> sluice_verdict {
        let body = request.body();
        let _ = request.set_attribute("rust_plugin.fingerprint", &format!("{:016x}", fingerprint(body)));
        let limit = match request.header("x-body-max") {
            Some(limit) => limit,
            None => return SLUICE_CONTINUE,
        };
        // Careless on purpose: whoever sends "many" makes this panic, and only this one request fails.
        let limit: usize = limit.parse().expect("x-body-max is a number");
        if body.len() > limit {
            return request.block("body_too_long", "The request is longer than x-body-max allows");
        }
        SLUICE_CONTINUE
    }
}

/// FNV-1a.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf29ce484222325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100000001b3))
}

/// Nothing unwinds into the host: a panic becomes `otherwise`.
fn guarded<T>(otherwise: T, call: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(otherwise)
}

unsafe extern "C" fn pre_call(
    instance: *mut sluice_instance,
    ctx: *mut sluice_ctx,
    _: *mut c_void,
) -> sluice_verdict {
    guarded(SLUICE_FAILED, || {
        let plugin = unsafe { &*(instance as *const Plugin) };
        plugin.pre_call(&Request::new(&plugin.tables, ctx))
    })
}

unsafe extern "C" fn create(
    host: *const sluice_host,
    _config: sluice_str,
    out: *mut *mut sluice_instance,
    error: *mut u8,
    error_capacity: usize,
    error_len: *mut usize,
) -> sluice_status {
    guarded(SLUICE_E_INTERNAL, || unsafe {
        match Tables::find(host) {
            Some(tables) => {
                *out = Box::into_raw(Box::new(Plugin { tables })) as *mut sluice_instance;
                SLUICE_OK
            }
            None => {
                let why = "this host is too old";
                *error_len = why.len().min(error_capacity);
                std::ptr::copy_nonoverlapping(why.as_ptr(), error, *error_len);
                SLUICE_E_UNSUPPORTED
            }
        }
    })
}

unsafe extern "C" fn destroy(instance: *mut sluice_instance) {
    guarded((), || drop(unsafe { Box::from_raw(instance as *mut Plugin) }))
}

unsafe extern "C" fn describe() -> sluice_str {
    sluice_str { ptr: MANIFEST.as_ptr(), len: MANIFEST.len() }
}

unsafe extern "C" fn get_interface(id: sluice_str) -> *const c_void {
    if host::bytes(&id) == SLUICE_HOOKS_ID.as_bytes() {
        &HOOKS as *const sluice_hooks as *const c_void
    } else {
        std::ptr::null()
    }
}

static HOOKS: sluice_hooks = sluice_hooks {
    size: std::mem::size_of::<sluice_hooks>() as u32,
    reserved: 0,
    request_begin: None,
    request_end: None,
    on_request: None,
    authenticate: None,
    authorize: None,
    pre_call: Some(pre_call),
    cache_lookup: None,
    route: None,
    during_call: None,
    on_upstream_request: None,
    on_upstream_response: None,
    on_attempt_end: None,
    on_stream: None,
    post_call: None,
    on_response: None,
    on_complete: None,
    wants: None,
    on_settled: None,
    on_answer: None,
};

/// It is constant, so threads may share it; the raw pointer in it keeps the compiler from seeing that.
struct Entry(sluice_entry);
unsafe impl Sync for Entry {}

static ENTRY: Entry = Entry(sluice_entry {
    size: std::mem::size_of::<sluice_entry>() as u32,
    abi_minor: SLUICE_ABI_MINOR as u32,
    sdk: text("rust, hand-written"),
    describe: Some(describe),
    create: Some(create),
    destroy: Some(destroy),
    get_interface: Some(get_interface),
});

#[no_mangle]
pub extern "C" fn sluice_plugin_entry_v1() -> *const sluice_entry {
    &ENTRY.0
}
