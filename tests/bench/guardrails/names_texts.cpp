#include "names_texts.hpp"

namespace names_bench {

const std::vector<std::string>& ordinaryTexts() {
    static const std::vector<std::string> texts = {
        R"(Can you explain why my function returns undefined? I call it from a handler, and the promise seems to resolve
before the data has arrived. Here is what I tried so far:

const load = async (id) => {
  const response = await fetch(`/api/items/${id}`, { headers: { "Content-Type": "application/json" } });
  if (!response.ok) throw new Error(`Request failed with status ${response.status}`);
  return response.json();
};

The Console says "Uncaught TypeError: Cannot read properties of undefined". Should I use a Map instead of an Object?)",
        R"(Write a short story about an old lighthouse keeper who has never seen the sea calm. The Lighthouse stands on a
rock. Every Monday a boat brings bread, oil and letters. One night in November the lamp goes out. Keep it under three
hundred words, use simple language, and end with a question. Do not mention any ghosts. Thank you!)",
        R"(Product: Cordless Drill 18V
Features: Two Speeds, LED Light, Quick Charger, Carrying Case
Battery: Li-Ion, 2.0 Ah. Weight: 1.3 kg. Colour: Black and Orange. Warranty: 2 Years.
What buyers say: "Great value. The battery lasts all day." "Arrived on Tuesday, works fine." "Too loud for me."
Please turn this into five bullet points for our shop, each with at most ten words, and suggest a Title.)",
        R"({"model":"small-chat","temperature":0.2,"max_tokens":400,"stream":true,"messages":[{"role":"system","content":
"You are a careful assistant. Answer in JSON only."},{"role":"user","content":"Classify the ticket: Printer shows Error 49 after
the Update"}],"response_format":{"type":"json_schema","json_schema":{"name":"Ticket","schema":{"type":"object","properties":
{"Category":{"type":"string","enum":["Hardware","Software","Other"]},"Priority":{"type":"integer","minimum":1,"maximum":5}}}}}})",
        R"(What is the difference between Bayesian and frequentist statistics? My teacher says that the Prior matters most,
but the book says the Likelihood does. Give an example with a coin that is thrown 10 times and shows heads 7 times.
Afterwards explain the Central Limit Theorem in plain words, and tell me when a t-test is better than a z-test.)",
        R"(SELECT o.id, o.created_at, SUM(i.price * i.quantity) AS total
FROM orders o JOIN items i ON i.order_id = o.id
WHERE o.status = 'OPEN' AND o.created_at > NOW() - INTERVAL '30 days'
GROUP BY o.id HAVING SUM(i.quantity) > 3 ORDER BY total DESC LIMIT 50;
-- Why does the planner use a Seq Scan here? There is an Index on created_at. EXPLAIN ANALYZE says 1200 ms.)",
        R"(I am writing a thank-you note for the whole team after the release. It should be warm but short. We worked on it
from January until June; the hardest part was the migration of the old database. Everybody helped: Support, Sales,
Design and Engineering. I would like to mention that we fixed 312 bugs. Best wishes and have a good weekend!)",
        R"(Recipe: Lentil Soup (4 servings)
Ingredients: 250 g red lentils, 1 onion, 2 carrots, 1 tsp cumin, 800 ml vegetable stock, salt, pepper, lemon.
Method: Chop the onion. Fry it in oil for 5 minutes. Add carrots and cumin. Pour in the stock, add the lentils and cook
for 20 minutes. Blend half of it. Season with lemon and salt. Serve hot, with bread. Can I freeze it? For how long?)",
        R"(# Getting Started
Install the package with your package manager, then create a file called config.yaml next to the binary. Start the
Server with --port 8080. Open the Dashboard in a Browser; the first Login asks for a new Password.
## Known Limitations
Windows paths with Umlauts are not supported. See Section 4.2 of the Manual. TLS 1.3 needs OpenSSL 3.
## License
Apache License, Version 2.0. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED.)",
        R"(My cat does not eat since yesterday. She drinks a little, sleeps a lot and hides under the bed. Should I see a vet
at once or wait until Thursday? She is twelve years old and has had kidney problems before. The last blood test was in
March and looked fine: Creatinine 1.6, Urea 48. I give her wet food twice a day. What could be the reason?)",
        R"(2024-03-02 11:04:17.301 INFO  [main] Application started in 3.2 seconds
2024-03-02 11:04:18.002 WARN  [pool-1] Retry 1 of 5: Connection refused
2024-03-02 11:04:19.118 ERROR [pool-1] Request 7f3a91 failed: Timeout after 1000 ms
    at Client.send (client.js:120:13)
    at Queue.process (queue.js:77:9)
Caused by: SocketException: Broken pipe. What does this mean, and how do I increase the Timeout?)",
        R"(Please proofread: "The Committee have decided that the Budget for the next Year will be approved in Autumn. All
Members are asked to hand in their Proposals until the End of the Month. The Chair will open the Meeting at 9 am. Each
Item on the Agenda has a limit of ten minutes. Questions may be asked at the end." Make it sound less stiff.)",
    };
    return texts;
}

}  // namespace names_bench
