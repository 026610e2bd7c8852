#include "seeds.h"

#include <elf.h>

#include <cstring>

namespace sluice::fuzz {
namespace {

// With the byte that says how the input is cut.
Seeds cut(const Seeds& texts) {
    Seeds out;
    for (const auto& text : texts) {
        for (const char by : {'\0', '\1', '\7', '\x50'}) out.push_back(by + text);
    }
    return out;
}

std::string elf(const std::string& content) {
    const std::string names("\0.sluice.manifest\0.shstrtab\0", 28);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_shoff = sizeof header + content.size() + names.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 2;
    header.e_shstrndx = 1;
    Elf64_Shdr sections[2]{};
    sections[0].sh_name = 1;
    sections[0].sh_offset = sizeof header;
    sections[0].sh_size = content.size();
    sections[1].sh_name = 18;
    sections[1].sh_offset = sizeof header + content.size();
    sections[1].sh_size = names.size();
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + content + names +
           std::string(reinterpret_cast<const char*>(sections), sizeof sections);
}

const std::string kManifest =
    R"({"id":"x","version":"1","abi":1,"interfaces":["sluice.hooks/1"],"providers":{"a":{"api_key_env":"K"}},"activated_by":{"a.b":"c"},"strategies":["s"],)"
    R"("config_schema":{"type":"object","required":["a"],"additionalProperties":false,"properties":{"a":{"type":["integer","null"],"minimum":1,"default":2},"b":{"type":"array","items":{"enum":["x"]}}}}})";

std::string part(const std::string& disposition, const std::string& value) {
    return "--X\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
}

}  // namespace

std::map<std::string, Seeds> allSeeds() {
    const std::string get = "GET /v1/models?a=b HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
    std::map<std::string, Seeds> seeds = {
        {"batches_fuzz",
         {R"({"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"m","stream":false}})"
          "\n",
          R"({"custom_id":"a","params":{"model":"m"}})",
          R"({"requests":[{"custom_id":"a","params":{"model":"m"}},{}]})",
          part("name=\"purpose\"", "batch") + part("name=\"file\"; filename=\"a\"", "{}") + "--X--\r\n"}},
        {"request_fuzz",
         cut({get + get,
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello" + get,
              "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX: "
              "y\r\n\r\n" +
                  get,
              "GET http://h:1/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
              "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"})},
        {"response_fuzz", cut({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                               "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
                               "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                               "HTTP/1.0 200 OK\r\n\r\nuntil close", "HTTP/1.1 204 No Content\r\n\r\n",
                               "HTTP/1.1 304 x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"})},
        {"chunked_fuzz", cut({"5\r\nhello\r\n6;a=b;c=\"d\"\r\n world\r\n0\r\nX: y\r\n\r\nNEXT", "000\r\n\r\n",
                              "A\r\n0123456789\r\n0\r\n\r\n"})},
        {"multipart_fuzz",
         {"multipart/form-data; boundary=X\n" + part("name=\"model\"", "m") +
              part("name=\"file\"; filename=\"a\"", "bytes") + "--X--\r\n",
          "multipart/form-data; boundary=\"X\"\npreamble\r\n" + part("name=model", "") + "--X--epilogue",
          "multipart/form-data; boundary=X\n--X--"}},
        {"stream_fuzz",
         cut({"data: "
              "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\",\"tool_calls\":[{\"function\":{"
              "\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
              "event: message_start\r\ndata: "
              "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1}}}\r\n\r\n: c\r\n\r\n",
              "data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"text\":\"x\"}}\rdata\r\r",
              "data: {\"type\":\"response.completed\",\ndata: "
              "\"response\":{\"status\":\"completed\",\"usage\":{\"total_tokens\":3}}}\n\ndata: "
              "{\"error\":1}\n\n"})},
        {"json_fuzz",
         {"{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u00e4\\\"\"}],\"n\":-1.5e3,"
          "\"stream\":true}",
          "{ }", " {\"m\\u006fdel\" : null , \"\":[{}],\"x\":{\"y\":[]}} \n",
          "{\"a\":123456789012345678901234567890}", "{\"a\":1,\"a\":2}"}},
        {"config_fuzz",
         {"model_list:\n- model_name: a\n  litellm_params: {model: openai/x, api_key: os.environ/SET, "
          "timeout: 5}\n",
          "listen: {port: 80, limits: {head_bytes_max: 300}}\n", "a: &x [1, yes, ~]\nb: *x\nc: {<<: *x}\n",
          "plugins:\n- {plugin: p, config: {a: 1}, on_error: open, scope: {routes: chat}}\n",
          "router_settings: {model_group_alias: {a: b, c: {model: d, hidden: true}}, timeout: "
          "1}\nenvironment_variables: {A: b}\n",
          "include: [nothing.yaml]\n"}},
        {"manifest_fuzz", {kManifest, elf(kManifest), elf("{}"), elf("")}},
    };
    addMoreSeeds(seeds);
    return seeds;
}

}  // namespace sluice::fuzz
