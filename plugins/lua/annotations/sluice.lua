---@meta
-- The API of policies for lua-language-server: add this directory to Lua.workspace.library. The manual is
-- docs/policy_api.md.

---@alias Lane "text"|"reasoning"|"tool_args"|"refusal"|"meta"
---@alias Role "system"|"user"|"assistant"|"tool"|"other"
---@alias Selection {role?: Role, lane?: Lane, side?: "request"|"answer", opaque?: boolean}
---@alias Pattern string|Expression
---@alias With string|fun(match: string, ...: string|false): string?
---@alias Refusal {message?: string, code?: string, category?: string, status?: integer}
---@alias Finding {text: string, first: integer, last: integer, entity: string, score: number}

---Who this policy is, and how it sees streams; read when the script is loaded.
---@class Policy
---@field name? string
---@field version? string|number
---@field granularity? "arrival"|"word"|"line"|"sentence"|"window"|"whole"
---@field lanes? Lane[]
---@field window_bytes? integer
---@field overlap_bytes? integer
policy = {}

---@class Context
---@field tenant string
---@field user string
---@field team string
---@field organization string
---@field customer string the end user on whose behalf is asked
---@field key {id: string}
---@field admin boolean
---@field model string
---@field route string
---@field method string
---@field path string
---@field client string
---@field call_id string
---@field stream boolean
---@field headers table<string, string?>
---@field params table<string, any>
---@field tools string[]
---@field vars table<string, string|number|boolean|nil> this policy's, from hook to hook of one request
---@field status integer of the answer, in on_response
---@field phase string
---@field policy string
---@field shadow boolean
local ctx = {}

---Every text of the request, or of the answer in on_response.
---@param selection? Selection
---@return fun(): Message?
function ctx:messages(selection) end
---The texts joined by line ends.
---@param selection? Selection
---@return string
function ctx:prompt_text(selection) end
---@return string
function ctx:last_user() end
---Replaces in all texts. on_request, on_response.
---@param what Pattern|Pattern[]
---@param with? With
---@param selection? Selection
---@return integer count
function ctx:redact(what, with, selection) end
---Refuses the request; in on_chunk ends the stream. The first decision counts.
---@param reason string
---@param options? Refusal
function ctx:block(reason, options) end
---Answers without a model. on_request, on_response.
---@param answer string|table
---@param options? {status?: integer, content_type?: string}
function ctx:respond(answer, options) end
---As if the client had named that model group. on_request.
---@param model string
function ctx:route_to(model) end
---A member of the body; nil removes it. on_request.
---@param name string
---@param value any
---@return boolean
function ctx:set_param(name, value) end
---A field of the request; nil removes it. on_request.
---@param name string
---@param value string?
---@return boolean
function ctx:set_header(name, value) end
---A system prompt in front. on_request.
---@param text string
---@return boolean done false: the route has no place for it
function ctx:add_system(text) end
---A message behind the last one. on_request.
---@param role "user"|"assistant"|"system"
---@param text string
---@return boolean done
function ctx:add_message(role, text) end
---@param name string
---@return integer count
function ctx:remove_tool(name) end
---@param name string
---@param value? string
function ctx:tag(name, value) end
---Refuses a model in on_request, takes deployments out in on_route; '*' stands for anything.
---@param pattern string
---@param reason? string
---@return integer count
function ctx:deny_model(pattern, reason) end
---For the record only.
---@param verdict "pass"|"flag"
---@param score? number
function ctx:verdict(verdict, score) end
---For the record only.
---@param reason string
function ctx:require_review(reason) end
---The deployments that may serve the request. on_route.
---@return Candidate[]
function ctx:candidates() end

---@class Message
---@field text string
---@field role Role
---@field lane Lane
---@field where string
---@field number integer
---@field read_only boolean
---@field opaque boolean
local message = {}
---@param first_or_text integer|string
---@param last? integer
---@param text? string
---@return boolean done
function message:replace(first_or_text, last, text) end
---@param what Pattern|Pattern[]
---@param with? With
---@return integer count
function message:redact(what, with) end

---@class Chunk
---@field text string
---@field lane Lane
---@field choice integer
---@field last boolean
local chunk = {}
---@param text string
function chunk:replace(text) end
---@param what Pattern
---@param with? With
---@return integer count
function chunk:redact(what, with) end
---@param bytes? integer
function chunk:hold(bytes) end
---@param bytes integer
function chunk:release(bytes) end
---@param reason string
---@param options? Refusal
function chunk:abort(reason, options) end

---@class Candidate
---@field id string
---@field model string
---@field provider string
---@field in_flight integer
---@field input_cost number?
---@field output_cost number?
---@field info table
---@field params table
local candidate = {}
---@param reason? string
function candidate:drop(reason) end
---@return boolean
function candidate:prefer() end
---@return boolean
function candidate:pin() end

---@class Event
---@field call_id string
---@field outcome "success"|"failure"|"cancelled"|"blocked"
---@field status integer
---@field route string
---@field model string
---@field provider string
---@field upstream_model string
---@field tenant string
---@field key_id string
---@field user string
---@field team string
---@field organization string
---@field customer string
---@field prompt_tokens integer
---@field completion_tokens integer
---@field cost_usd number
---@field duration_ms integer
---@field stream boolean
---@field error string

---@class Expression
local expression = {}
---@param text string
---@return boolean
function expression:test(text) end
---@param text string
---@param from? integer
---@return integer? first, integer? last, ...
function expression:find(text, from) end
---@param text string
---@return string|false|nil ...
function expression:match(text) end
---@param text string
---@param max? integer
---@return {text: string, first: integer, last: integer}[]
function expression:matches(text, max) end
---@param text string
---@return integer
function expression:count(text) end
---@param text string
---@param with? With
---@return string text, integer count
function expression:replace(text, with) end

re = {}
---While the script is loaded.
---@param source string
---@param flags? "i"
---@return Expression
function re.compile(source, flags) end
---One of them as a whole word, in any case. While the script is loaded.
---@param list string[]
---@return Expression
function re.words(list) end

text = {}
---@param s string
---@return string
function text.normalize(s) end
---@param s string
---@return integer characters
function text.length(s) end
---@param s string
---@return integer
function text.words(s) end
---@param s string
---@return number bits for each byte
function text.entropy(s) end
---@param s string
---@param bytes integer
---@return string
function text.cut(s, bytes) end
---@param s string
---@return string script, number share
function text.script(s) end
---@param s string
---@return string?
function text.lang(s) end

scan = {}
---@param name string
---@return boolean
function scan.available(name) end
---@param s string
---@param entities? string[]
---@return Finding[]
function scan.pii(s, entities) end
---@param s string
---@param entities? string[]
---@return Finding[]
function scan.secrets(s, entities) end
---@param s string
---@param entities? string[]
---@return Finding[]
function scan.injection(s, entities) end
---@param name string
---@param s string
---@param entities? string[]
---@return Finding[]
function scan.with(name, s, entities) end

http = {}
---@param name string of a URL under urls
---@param options {json?: any, body?: string, timeout_ms?: integer}
---@return {status: integer, body: string, json?: any}? answer, string? why
function http.post(name, options) end

kv = {}
---@param key string
---@return string?
function kv.get(key) end
---@param key string
---@param value string
---@param ttl_s? number
---@return boolean
function kv.set(key, value, ttl_s) end
---@param key string
---@return boolean
function kv.delete(key) end
---@param key string
---@param by? integer
---@param ttl_s? number
---@return integer? sum, string? why
function kv.incr(key, by, ttl_s) end

metrics = {}
---@param event string
---@param by? number
function metrics.inc(event, by) end

log = {}
---@param line string
---@param fields? table
function log.debug(line, fields) end
---@param line string
---@param fields? table
function log.info(line, fields) end
---@param line string
---@param fields? table
function log.warn(line, fields) end
---@param line string
---@param fields? table
function log.error(line, fields) end

json = {null = nil}
---@param value any
---@return string
function json.encode(value) end
---@param s string
---@return any value, string? why
function json.decode(s) end

hash = {}
---@param s string
---@return string
function hash.sha256(s) end
---@param key string
---@param s string
---@return string
function hash.hmac(key, s) end
---@param s string
---@param n integer
---@return integer
function hash.bucket(s, n) end

---@class Zone
local zone = {}
---@param seconds? number
---@return {year: integer, month: integer, day: integer, hour: integer, minute: integer, second: integer, weekday: integer}
function zone:at(seconds) end

time = {}
---@return number seconds since 1970
function time.now() end
---While the script is loaded.
---@param name string
---@return Zone
function time.zone(name) end
