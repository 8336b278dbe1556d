// What a phone does first: sign in, find an event, sign up, be refused from afar, check in on the spot.
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Problem = components["schemas"]["Problem"];

const [address, phone] = process.argv.slice(2);
if (address === undefined || phone === undefined) throw new Error("usage: main.ts ADDRESS PHONE");

const told = (problem: Problem): never => {
  throw new Error(`${problem.status} ${problem.code}: ${problem.detail}`);
};

const describe = (area: components["schemas"]["Area"]): string => {
  switch (area.type) {
    case "circle":
      return `circle of ${area.radius_m} m`;
    case "Polygon":
      return `polygon of ${area.coordinates.length} rings`;
    case "MultiPolygon":
      return `${area.coordinates.length} polygons`;
    case "corridor":
      return `corridor of ${area.line.coordinates.length} points, ${area.width_m} m wide`;
  }
};

// Lists come as files, too: here as JSON alone.
type Json = "application/json" | "application/problem+json";
const client = createClient<paths, Json>({ baseUrl: address, headers: { "Accept-Language": "en" } });

const asked = await client.POST("/v1/auth/codes", { body: { phone } });
if (asked.error) told(asked.error);
const messages = await client.GET("/dev/messages", { params: { query: { to: phone } } });
if (messages.error) told(messages.error);
const code = messages.data?.items[0]?.code;
if (code === undefined || code === null) throw new Error("no code has come");
const signedIn = await client.POST("/v1/auth/tokens", { body: { phone, code } });
if (!signedIn.data) throw told(signedIn.error);
const { token } = signedIn.data;
client.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${token}`);
  },
});

const events = await client.GET("/v1/events", { params: { query: { region: "KZ-15" } } });
if (!events.data) throw told(events.error);
for (const event of events.data.items) {
  console.log(`event ${event.status} ${event.title.en ?? event.title.kk ?? ""}: ${describe(event.area)}`);
}
const event = events.data.items[0];
if (event === undefined) throw new Error("no event");
const path = { event_id: event.id };

const place = await client.PUT("/v1/events/{event_id}/signup", { params: { path }, body: { companions: 0 } });
if (!place.data) throw told(place.error);
console.log(`signup ${place.data.status}`);

const presence = (latitude: number): components["schemas"]["PresenceBody"] => {
  const now = new Date().toISOString();
  const { longitude } = event.meeting_point;
  return {
    id: randomUUID(),
    sent_at: now,
    installation_id: "typescript",
    position: { latitude, longitude, accuracy_m: 8, fixed_at: now },
  };
};
const checkIns = "/v1/events/{event_id}/check-ins";
const far = await client.POST(checkIns, { params: { path }, body: presence(event.meeting_point.latitude + 0.1) });
if (!far.error) throw new Error("counted from afar");
console.log(`refused ${far.error.code} ${far.error.distance_m}: ${far.error.detail}`);

const here = await client.POST(checkIns, { params: { path }, body: presence(event.meeting_point.latitude) });
if (!here.data) throw told(here.error);
console.log(`attendance ${here.data.status} ${here.data.evidence}`);
