#include "answer.h"

#include <algorithm>

#include "words.h"

namespace provider_echo {
namespace {

uint64_t tokens(uint64_t words) { return std::max<uint64_t>(words, 1); }

}  // namespace

Answer answerTo(const Prompt& prompt, const Options& options) {
    Answer answer;
    answer.input_tokens = tokens(prompt.words);
    if (options.tool_call && !prompt.answers_tool) {
        answer.call = options.tool_call;
        answer.output_tokens = tokens(countWords(answer.call->arguments));
        return answer;
    }
    answer.text = options.text ? *options.text : "You said: " + prompt.heard;
    if (options.words > 0) answer.text = repeatedTo(answer.text, options.words);
    if (prompt.words_max > 0 && countWords(answer.text) > prompt.words_max) {
        answer.text = firstWords(answer.text, prompt.words_max);
        answer.cut = true;
    }
    answer.output_tokens = tokens(countWords(answer.text));
    return answer;
}

Json chatUsage(const Answer& answer) {
    return {{"prompt_tokens", answer.input_tokens},
            {"completion_tokens", answer.output_tokens},
            {"total_tokens", answer.input_tokens + answer.output_tokens}};
}

}  // namespace provider_echo
