"use strict";
// The flow of one verification, written plainly, as many backends have it:
// Express, Onfido's own client, better-sqlite3 with full durability, a queue in
// memory. It does what Dossier does in the same benchmark (applicant, document,
// live photo, check, result, signed event to an endpoint) and nothing that Dossier
// adds: no sealing, no recovery after a crash, no second try, no second tenant.
const crypto = require("node:crypto");
const express = require("express");
const Database = require("better-sqlite3");
const { Configuration, DefaultApi, FileTransfer } = require("@onfido/api");

const [port, file, basePath, apiToken, endpoint] = process.argv.slice(2);
const onfido = new DefaultApi(new Configuration({ apiToken, basePath }));

const db = new Database(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`CREATE TABLE processes (id TEXT PRIMARY KEY, status TEXT NOT NULL, applicant TEXT, check_id TEXT, result TEXT, front BLOB, selfie BLOB);
  CREATE TABLE events (id TEXT PRIMARY KEY, process TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL)`);
const insert = db.prepare("INSERT INTO processes (id, status, front, selfie) VALUES (?, 'processing', ?, ?)");
const setApplicant = db.prepare("UPDATE processes SET applicant = ? WHERE id = ?");
const setCheck = db.prepare("UPDATE processes SET check_id = ? WHERE id = ?");
const setResult = db.prepare("UPDATE processes SET status = ?, result = ? WHERE id = ?");
const addEvent = db.prepare("INSERT INTO events (id, process, name, at) VALUES (?, ?, ?, ?)");
const find = db.prepare("SELECT id, status FROM processes WHERE id = ?");
const finish = db.transaction((id, status, result) => {
  setResult.run(status, result, id);
  addEvent.run(crypto.randomUUID(), id, "process.complete", Date.now());
});

const secret = crypto.randomBytes(32);

// tell sends the event of a process, signed as Standard Webhooks says.
async function tell(id, status) {
  const body = JSON.stringify({ id: crypto.randomUUID(), eventName: "process.complete", eventData: { processId: id, status } });
  const at = Math.floor(Date.now() / 1000);
  const signature = crypto.createHmac("sha256", secret).update(`${id}.${at}.${body}`).digest("base64");
  const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${signature}` };
  const answer = await fetch(endpoint, { method: "POST", headers, body });
  await answer.arrayBuffer();
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function verify({ id, front, selfie }) {
  const applicant = (await onfido.createApplicant({ first_name: "Jane", last_name: "Doe" })).data.id;
  setApplicant.run(applicant, id);
  await onfido.uploadDocument("passport", applicant, new FileTransfer(front, "front.jpg"));
  await onfido.uploadLivePhoto(applicant, new FileTransfer(selfie, "selfie.jpg"));
  let check = (await onfido.createCheck({ applicant_id: applicant, report_names: ["document", "facial_similarity_photo"] })).data;
  setCheck.run(check.id, id);
  while (check.status !== "complete") {
    await pause(1000);
    check = (await onfido.findCheck(check.id)).data;
  }
  const reports = (await onfido.listReports(check.id)).data.reports;
  const status = check.result === "clear" ? "accepted" : "rejected";
  finish(id, status, JSON.stringify(reports));
  await tell(id, status);
}

const bytes = (dataURL) => Buffer.from(dataURL.slice(dataURL.indexOf(",") + 1), "base64");

const app = express();
app.use(express.json({ limit: "20mb" }));
app.post("/verifications", (request, response) => {
  const process = { id: crypto.randomUUID(), front: bytes(request.body.front), selfie: bytes(request.body.selfie) };
  insert.run(process.id, process.front, process.selfie);
  verify(process).catch((error) => finish(process.id, "failed", error.message));
  response.status(202).json({ id: process.id });
});
app.get("/verifications/:id", (request, response) => response.json(find.get(request.params.id)));
app.get("/healthz", (_, response) => response.json({ status: "ok" }));
app.listen(Number(port), "127.0.0.1");
