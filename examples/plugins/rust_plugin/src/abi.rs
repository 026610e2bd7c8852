// What lib.rs and host.rs use of the C ABI, written by tools/rust_binding.py: do not edit. The meaning stands in the C headers.
#![allow(dead_code, non_camel_case_types)]

use std::os::raw::c_void;

pub const SLUICE_ABI_MINOR: i32 = 2;
pub const SLUICE_OK: i32 = 0;
pub const SLUICE_E_UNSUPPORTED: i32 = -3;
pub const SLUICE_E_INTERNAL: i32 = -9;
pub const SLUICE_HOOKS_ID: &str = "sluice.hooks/1";
pub const SLUICE_HOST_ATTRIBUTES_ID: &str = "sluice.host.attributes/1";
pub const SLUICE_HOST_REPLY_ID: &str = "sluice.host.reply/1";
pub const SLUICE_HOST_REQUEST_ID: &str = "sluice.host.request/1";
pub const SLUICE_CONTINUE: i32 = 0;
pub const SLUICE_BLOCK: i32 = 2;
pub const SLUICE_FAILED: i32 = -1;
#[repr(C)]
pub struct sluice_ctx {
    _opaque: [u8; 0],
}
#[repr(C)]
pub struct sluice_instance {
    _opaque: [u8; 0],
}
pub type sluice_status = i32;
pub type sluice_hook = Option<unsafe extern "C" fn(*mut sluice_instance, *mut sluice_ctx, *mut c_void) -> sluice_verdict>;
pub type sluice_verdict = i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_str {
    pub ptr: *const u8,
    pub len: usize,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_candidate {
    pub size: u32,
    pub in_flight: u32,
    pub id: sluice_str,
    pub model: sluice_str,
    pub provider: sluice_str,
    pub weight: f64,
    pub rpm: f64,
    pub tpm: f64,
    pub order: f64,
    pub params: sluice_str,
    pub deployment: u32,
    pub max_input_tokens: u32,
    pub input_cost: f64,
    pub output_cost: f64,
    pub latency_us: u64,
    pub requests_this_minute: u64,
    pub tokens_this_minute: u64,
    pub info: sluice_str,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_candidates {
    pub size: u32,
    pub count: u32,
    pub at: Option<unsafe extern "C" fn(*const sluice_candidates, u32) -> *const sluice_candidate>,
    pub drop: Option<unsafe extern "C" fn(*const sluice_candidates, u32, sluice_str) -> sluice_status>,
    pub pin: Option<unsafe extern "C" fn(*const sluice_candidates, u32) -> sluice_status>,
    pub available: Option<unsafe extern "C" fn(*const sluice_candidates, u32) -> i32>,
    pub next: Option<unsafe extern "C" fn(*const sluice_candidates, u32) -> u32>,
    pub prefer: Option<unsafe extern "C" fn(*const sluice_candidates, u32) -> sluice_status>,
    pub group: u64,
    pub deployments: *const u32,
    pub rows: Option<unsafe extern "C" fn(*const sluice_candidates, *mut u32) -> *const sluice_candidate>,
    pub available_bits: Option<unsafe extern "C" fn(*const sluice_candidates) -> *const u64>,
    pub keep: Option<unsafe extern "C" fn(*const sluice_candidates, *const u64, sluice_str) -> sluice_status>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_host {
    pub size: u32,
    pub abi_minor: u32,
    pub get_interface: Option<unsafe extern "C" fn(*const sluice_host, sluice_str) -> *const c_void>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_entry {
    pub size: u32,
    pub abi_minor: u32,
    pub sdk: sluice_str,
    pub describe: Option<unsafe extern "C" fn() -> sluice_str>,
    pub create: Option<unsafe extern "C" fn(*const sluice_host, sluice_str, *mut *mut sluice_instance, *mut u8, usize, *mut usize) -> sluice_status>,
    pub destroy: Option<unsafe extern "C" fn(*mut sluice_instance)>,
    pub get_interface: Option<unsafe extern "C" fn(sluice_str) -> *const c_void>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_settlement {
    pub size: u32,
    pub http_status: u32,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub cost_pico_usd: i64,
    pub usage_known: i32,
    pub attempts: u32,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_answer {
    pub size: u32,
    pub http_status: u32,
    pub content_type: sluice_str,
    pub body: sluice_str,
    pub stream: i32,
    pub fallbacks: u32,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub cost_pico_usd: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_hooks {
    pub size: u32,
    pub reserved: u32,
    pub request_begin: Option<unsafe extern "C" fn(*mut sluice_instance, *mut sluice_ctx) -> *mut c_void>,
    pub request_end: Option<unsafe extern "C" fn(*mut sluice_instance, *mut c_void)>,
    pub on_request: sluice_hook,
    pub authenticate: sluice_hook,
    pub authorize: sluice_hook,
    pub pre_call: sluice_hook,
    pub cache_lookup: sluice_hook,
    pub route: Option<unsafe extern "C" fn(*mut sluice_instance, *mut sluice_ctx, *mut c_void, *const sluice_candidates) -> sluice_verdict>,
    pub during_call: sluice_hook,
    pub on_upstream_request: sluice_hook,
    pub on_upstream_response: sluice_hook,
    pub on_attempt_end: sluice_hook,
    pub on_stream: Option<unsafe extern "C" fn(*mut sluice_instance, *mut sluice_ctx, *mut c_void, *const sluice_stream_event, *mut sluice_stream_action) -> sluice_verdict>,
    pub post_call: sluice_hook,
    pub on_response: sluice_hook,
    pub on_complete: Option<unsafe extern "C" fn(*mut sluice_instance, *const sluice_record)>,
    pub wants: Option<unsafe extern "C" fn(*mut sluice_instance, u32) -> i32>,
    pub on_settled: Option<unsafe extern "C" fn(*mut sluice_instance, *mut c_void, *const sluice_settlement)>,
    pub on_answer: Option<unsafe extern "C" fn(*mut sluice_instance, *mut c_void, *const sluice_answer)>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_host_attributes {
    pub size: u32,
    pub reserved: u32,
    pub get: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str, *mut sluice_str) -> sluice_status>,
    pub set: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str, sluice_str) -> sluice_status>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_block {
    pub size: u32,
    pub http_status: u32,
    pub code: sluice_str,
    pub type_: sluice_str,
    pub public_message: sluice_str,
    pub internal_reason: sluice_str,
    pub category: sluice_str,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_identity {
    pub size: u32,
    pub flags: u32,
    pub key_id: sluice_str,
    pub key_alias: sluice_str,
    pub tenant: sluice_str,
    pub user: sluice_str,
    pub team: sluice_str,
    pub organization: sluice_str,
    pub end_user: sluice_str,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_from_cache {
    pub size: u32,
    pub reserved: u32,
    pub key: sluice_str,
    pub age_ms: i64,
    pub saved_pico_usd: i64,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_host_reply {
    pub size: u32,
    pub reserved: u32,
    pub respond: Option<unsafe extern "C" fn(*mut sluice_ctx, u32, sluice_str, sluice_str) -> sluice_status>,
    pub block: Option<unsafe extern "C" fn(*mut sluice_ctx, *const sluice_block) -> sluice_status>,
    pub not_scanned: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub identify: Option<unsafe extern "C" fn(*mut sluice_ctx, *const sluice_identity) -> sluice_status>,
    pub failed: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub set_end_user: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub from_cache: Option<unsafe extern "C" fn(*mut sluice_ctx, *const sluice_from_cache) -> sluice_status>,
    pub keep_answer: Option<unsafe extern "C" fn(*mut sluice_ctx, u64) -> sluice_status>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_host_request {
    pub size: u32,
    pub reserved: u32,
    pub text: Option<unsafe extern "C" fn(*mut sluice_ctx, u32) -> sluice_str>,
    pub header: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str, *mut sluice_str) -> sluice_status>,
    pub header_at: Option<unsafe extern "C" fn(*mut sluice_ctx, u32, *mut sluice_str, *mut sluice_str) -> sluice_status>,
    pub set_header: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str, sluice_str) -> sluice_status>,
    pub remove_header: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub stream: Option<unsafe extern "C" fn(*mut sluice_ctx) -> i32>,
    pub body: Option<unsafe extern "C" fn(*mut sluice_ctx) -> sluice_str>,
    pub set_body: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub member: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str, *mut sluice_str) -> sluice_status>,
    pub set_member: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str, sluice_str) -> sluice_status>,
    pub remove_member: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub set_model: Option<unsafe extern "C" fn(*mut sluice_ctx, sluice_str) -> sluice_status>,
    pub remaining_ms: Option<unsafe extern "C" fn(*mut sluice_ctx) -> u64>,
    pub cancelled: Option<unsafe extern "C" fn(*mut sluice_ctx) -> i32>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_record {
    pub size: u32,
    pub http_status: u32,
    pub call_id: sluice_str,
    pub outcome: sluice_str,
    pub route: sluice_str,
    pub model: sluice_str,
    pub json: sluice_str,
    pub start_ms: i64,
    pub end_ms: i64,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub stream: i32,
    pub usage_known: i32,
    pub cost_pico_usd: i64,
    pub usage_estimated: i32,
    pub attempts: u32,
    pub call_type: sluice_str,
    pub key_id: sluice_str,
    pub key_alias: sluice_str,
    pub tenant: sluice_str,
    pub user: sluice_str,
    pub team: sluice_str,
    pub organization: sluice_str,
    pub end_user: sluice_str,
    pub model_group: sluice_str,
    pub deployment_id: sluice_str,
    pub upstream_model: sluice_str,
    pub provider: sluice_str,
    pub api_base: sluice_str,
    pub error: sluice_str,
    pub error_class: sluice_str,
    pub client: sluice_str,
    pub user_agent: sluice_str,
    pub attributes: sluice_str,
    pub first_token_ms: i64,
    pub cached_tokens: u64,
    pub cache_write_tokens: u64,
    pub reasoning_tokens: u64,
    pub record_id: sluice_str,
    pub upstream_us: i64,
    pub overhead_us: i64,
    pub finish_reason: sluice_str,
    pub stream_end: sluice_str,
    pub retries: u32,
    pub fallbacks: u32,
    pub guardrails: sluice_str,
    pub cache_key: sluice_str,
    pub cache_hit: i32,
    pub reserved: u32,
    pub saved_pico_usd: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_stream_event {
    pub size: u32,
    pub lane: u32,
    pub choice: u32,
    pub end: i32,
    pub window: sluice_str,
    pub text: sluice_str,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_stream_action {
    pub size: u32,
    pub reserved: u32,
    pub release: u64,
}
