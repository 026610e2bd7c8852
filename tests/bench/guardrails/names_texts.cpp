#include "names_texts.hpp"

namespace names_bench {

const std::vector<std::string>& proseTexts() {
    static const std::vector<std::string> texts = {
        R"(I have been asked to give a short talk about bees at the school of my daughter, and I do not know where to begin.
The children are between six and eight years old, so it must not be longer than twenty minutes. I would like to explain
how honey is made, why flowers need visitors, and what happens in a hive in winter. My neighbour keeps bees and will lend
me an empty frame, a veil and a smoker, which the children may touch. Could you write me an outline with a surprising
beginning, two or three questions for the children, and a simple experiment with sugar water? Please avoid long words,
and tell me what to answer if somebody is afraid of being stung. At the end there should be a small game for everybody.)",
        R"(When we bought the house, the seller told us that the roof had been repaired only five years ago. Last week it rained
for three days, and now there is a brown stain on the ceiling of the bedroom, about as large as a plate. The insurance
says that it pays only for damage by storms, and the seller does not answer the phone. What can we do? Should we first
let somebody look at the roof, or would it be better to talk to a lawyer at once? How long do we have before the claim
expires? We have kept all letters, and there is a sentence in the contract which says that known faults must be named.)",
        R"(She opened the door and stood still. Nothing in the room had changed: the clock on the wall had stopped at ten past
four, the cup was on the table, and even the newspaper lay where it had always been. Outside a dog barked twice, then it
was quiet again. For a moment she thought about leaving, but the letter in her pocket felt heavier than before. "All
right," she said to the empty chair, "then let us begin." Continue this text in the same tone for about three hundred
words. The reader should slowly understand that the narrator is not alone, without it being said. No violence, please.)",
        R"(Our small bakery has sold bread at the weekly market for thirty years, and more and more people ask whether they can
order in advance. We do not want a complicated shop on the internet; a simple form would be enough, with the name of the
bread, the number of loaves and the time when it will be fetched. Which ways are there to do this without much money?
We know a little about computers, but nobody here can program. It would be good if the orders could be printed in the
evening, sorted by time. And how do we tell our older customers about it, who do not use a telephone for such things?)",
    };
    return texts;
}

const std::vector<std::string>& ordinaryTexts() {
    static const std::vector<std::string> texts = {
        proseTexts()[0],
        proseTexts()[1],
        proseTexts()[2],
        proseTexts()[3],
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
