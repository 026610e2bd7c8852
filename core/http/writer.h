// Writes heads. Fields with CR, LF or NUL never get into a `Fields`, so nothing here can forge a line.
#pragma once

#include <string>
#include <string_view>

#include "http/fields.h"

namespace sluice::http {

/// Reason phrase of RFC 9110 section 15; "Unknown" for others.
std::string_view reasonPhrase(int status);

void appendStatusLine(std::string& out, int status);
void appendField(std::string& out, std::string_view name, std::string_view value);
void appendField(std::string& out, std::string_view name, uint64_t value);
void appendFields(std::string& out, const Fields& fields);

/// "Date: …" CRLF for this second; kept for the thread.
std::string_view dateLine();

}  // namespace sluice::http
