// The official client library against the sandbox: every core resource, polling to completion, and a webhook
// that the library's own verifier accepts. Run by TestOfficialClient.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { deflateSync } from "node:zlib";

const require = createRequire(process.env.CLIENT_MODULES + "/");
const { Configuration, DefaultApi, FileTransfer, WebhookEventVerifier, OnfidoInvalidSignatureError } = require("@onfido/api");

const basePath = process.env.SANDBOX_URL;
const api = new DefaultApi(new Configuration({ apiToken: process.env.SANDBOX_TOKEN, basePath }));
const home = { ip_address: "127.0.0.1", country_of_residence: "GBR" };

// png is a picture of one pixel.
function png() {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = ~0;
    for (const byte of body) {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(~crc >>> 0, body.length + 4);
    return out;
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, 0]))), chunk("IEND", Buffer.alloc(0)),
  ]);
}

const applicant = async (more = {}) =>
  (await api.createApplicant({ first_name: "Anna", last_name: "Specimen", location: home, ...more })).data;
const document = async (a, type = "driving_licence") =>
  (await api.uploadDocument(type, a.id, new FileTransfer(png(), "front.png"))).data;
const photo = async (a) => (await api.uploadLivePhoto(a.id, new FileTransfer(png(), "face.png"))).data;

// control calls the sandbox's own extension.
async function control(method, path, body) {
  const answer = await fetch(process.env.SANDBOX_CONTROL + path, {
    method,
    headers: { Authorization: `Token token=${process.env.SANDBOX_TOKEN}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

// complete polls a check or report until it is complete.
async function complete(find) {
  for (let i = 0; i < 200; i++) {
    const { data } = await find();
    if (data.status === "complete") return data;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail("never completed");
}

// refused runs a call that must fail and gives the answer.
async function refused(call, status) {
  const error = await call().then(() => assert.fail("was not refused"), (e) => e);
  assert.equal(error.response?.status, status, error.message);
  return error.response.data.error;
}

describe("applicants", () => {
  it("are made, found, changed and listed, with nulls where nothing is set", async () => {
    const made = await applicant({ address: { postcode: "S2 2DF", country: "GBR" }, email: "anna@example.com" });
    const { data: found } = await api.findApplicant(made.id);
    assert.deepEqual(found, made);
    assert.equal(made.dob, null);
    assert.equal(made.delete_at, null);
    assert.equal(made.sandbox, true);
    assert.equal(made.href, `/v3.6/applicants/${made.id}`);
    assert.deepEqual(made.location, home);
    assert.equal(Object.keys(made.address).length, 12);
    const { data: changed } = await api.updateApplicant(made.id, { first_name: "Bea" });
    assert.deepEqual(changed, { ...made, first_name: "Bea" });
    const list = await api.listApplicants(1, 5, false);
    assert.deepEqual(list.data.applicants[0], changed);
    assert.match(list.headers.link, /rel="first"/);
    assert.ok(Number(list.headers["x-total-count"]) >= 1);
  });

  it("are deleted and restored", async () => {
    const made = await applicant();
    assert.equal((await api.deleteApplicant(made.id)).status, 204);
    assert.equal((await refused(() => api.findApplicant(made.id), 410)).type, "gone");
    assert.equal((await api.restoreApplicant(made.id)).status, 204);
    assert.equal((await api.findApplicant(made.id)).data.delete_at, null);
    assert.equal(typeof (await refused(() => api.restoreApplicant(made.id), 422)).fields, "string");
  });

  it("keep consents", async () => {
    const made = await applicant({ consents: [{ name: "privacy_notices_read", granted: true }] });
    const { data } = await api.findApplicantConsents(made.id);
    assert.equal(data.length, 1);
    assert.equal(data[0].granted, true);
    assert.match(data[0].granted_at, /^\d{4}-/);
  });

  it("are refused with Onfido's error body", async () => {
    const missing = await refused(() => api.findApplicant("no-such"), 404);
    assert.equal(missing.type, "resource_not_found");
    assert.equal(missing.message, "Could not find the following resource: Applicant with id=no-such");
    const invalid = await refused(() => api.createApplicant({ first_name: "A", last_name: "<" }), 422);
    assert.equal(invalid.type, "validation_error");
    assert.equal(invalid.message, "There was a validation error on this request");
    assert.ok(Array.isArray(invalid.fields.last_name));
    const stranger = new DefaultApi(new Configuration({ apiToken: "wrong", basePath }));
    const unknown = await refused(() => stranger.listApplicants(), 401);
    assert.equal(unknown.type, "authorization_error");
    assert.deepEqual(unknown.fields, {});
  });
});

describe("uploads", () => {
  it("of documents keep every field and the file", async () => {
    const a = await applicant();
    const { data: made } = await api.uploadDocument(
      "passport", a.id, new FileTransfer(png(), "front.png"), "png", "front", "NLD", false, { country_of_residence: "NLD" });
    assert.deepEqual(
      { side: made.side, country: made.issuing_country, type: made.type, name: made.file_name, kind: made.file_type, size: made.file_size },
      { side: "front", country: "NLD", type: "passport", name: "front.png", kind: "png", size: png().length });
    assert.deepEqual((await api.findDocument(made.id)).data, made);
    assert.deepEqual((await api.listDocuments(a.id)).data.documents, [made]);
    assert.equal((await api.findApplicant(a.id)).data.location.country_of_residence, "NLD");
    const file = await api.downloadDocument(made.id, { responseType: "arraybuffer" });
    assert.ok(file.data.buffer.equals(png()));
    assert.equal(file.data.filename, "front.png");
    assert.equal(file.headers["content-type"], "image/png");
  });

  it("of live photos and ID photos name their files differently", async () => {
    const a = await applicant();
    const live = await photo(a);
    assert.equal(live.file_name, "face.png");
    assert.equal(live.file_type, "image/png");
    assert.ok(!("applicant_id" in live));
    assert.deepEqual((await api.listLivePhotos(a.id)).data.live_photos, [live]);
    assert.deepEqual((await api.findLivePhoto(live.id)).data, live);
    assert.ok((await api.downloadLivePhoto(live.id, { responseType: "arraybuffer" })).data.buffer.equals(png()));
    const { data: id } = await api.uploadIdPhoto(a.id, new FileTransfer(png(), "face.png"));
    assert.equal(id.file_name, `${id.id}.png`);
  });

  it("of films come from SDKs, for which a control stands in", async () => {
    const a = await applicant();
    const video = await control("POST", "/live_videos", { applicant_id: a.id });
    const motion = await control("POST", "/motion_captures", { applicant_id: a.id });
    assert.equal((await api.listLiveVideos(a.id)).data.live_videos[0].challenge, null);
    assert.ok((await api.findLiveVideo(video.id)).data.challenge);
    assert.equal((await api.findMotionCapture(motion.id)).data.file_name, `${motion.id}.mp4`);
    for (const frame of [await api.downloadLiveVideoFrame(video.id), await api.downloadMotionCaptureFrame(motion.id)]) {
      assert.equal(frame.headers["content-type"], "image/jpeg");
    }
    assert.equal((await api.downloadMotionCapture(motion.id)).headers["content-type"], "video/mp4");
  });

  it("that are no picture are refused", async () => {
    const a = await applicant();
    const text = new FileTransfer(Buffer.from("this is no picture"), "front.jpg");
    assert.ok((await refused(() => api.uploadDocument("passport", a.id, text), 422)).fields.file);
    assert.ok((await refused(() => api.uploadLivePhoto(a.id, text), 422)).fields.attachment);
  });
});

describe("checks", () => {
  const both = ["document", "facial_similarity_photo"];

  it("complete by themselves, with reports of substance", async () => {
    const a = await applicant();
    const d = await document(a);
    const p = await photo(a);
    const { data: made } = await api.createCheck({ applicant_id: a.id, report_names: both, document_ids: [d.id], tags: ["t"] });
    assert.equal(made.status, "in_progress");
    assert.equal(made.result, null);
    assert.equal(made.version, "3.6");
    assert.deepEqual(made.tags, ["t"]);
    const done = await complete(() => api.findCheck(made.id));
    assert.equal(done.result, "clear");
    assert.deepEqual((await api.listChecks(a.id)).data.checks, [done]);
    const [doc, face] = (await api.listReports(made.id)).data.reports;
    assert.deepEqual((await api.findReport(doc.id)).data, doc);
    assert.equal(doc.sub_result, "clear");
    assert.equal(doc.properties.document_type, "driving_licence");
    assert.equal(doc.properties.first_name, "Anna");
    assert.equal(doc.breakdown.data_comparison.breakdown.issuing_country.result, "clear");
    assert.deepEqual(doc.documents, [{ id: d.id }]);
    assert.deepEqual(face.live_photos, [{ id: p.id }]);
    assert.deepEqual(face.live_videos, []);
    assert.equal(face.breakdown.face_comparison.breakdown.face_match.properties.document_id, d.id);
    const page = await api.downloadCheck(made.id);
    assert.equal(page.headers["content-type"], "application/pdf");
    assert.equal((await api.resumeCheck(made.id)).status, 204);
    assert.equal((await api.resumeReport(doc.id)).status, 204);
    assert.equal((await api.cancelReport(doc.id)).status, 204);
  });

  it("obey Onfido's triggers", async () => {
    const named = await applicant({ last_name: "Consider" });
    const plain = await applicant();
    for (const a of [named, plain]) {
      await document(a);
      await photo(a);
    }
    const run = async (a, more) => {
      const { data } = await api.createCheck({ applicant_id: a.id, report_names: both, asynchronous: false, ...more });
      const [doc, face] = (await api.listReports(data.id)).data.reports;
      return [data.result, doc.sub_result, face.result];
    };
    assert.deepEqual(await run(named), ["consider", "suspected", "consider"]);
    assert.deepEqual(await run(plain), ["clear", "clear", "clear"]);
    assert.deepEqual(await run(plain, { consider: ["facial_similarity_photo"] }), ["consider", "clear", "consider"]);
    assert.deepEqual(await run(plain, { sub_result: "caution" }), ["consider", "caution", "clear"]);
  });

  it("come out as a scenario says", async () => {
    const a = await applicant();
    await document(a);
    await control("POST", "/scenarios", {
      applicant_id: a.id, reports: { document: { breakdown: { "image_integrity.image_quality": "consider" } } },
    });
    const { data } = await api.createCheck({ applicant_id: a.id, report_names: ["document"], asynchronous: false });
    assert.equal((await api.findReport(data.report_ids[0])).data.sub_result, "rejected");
  });

  it("need what their reports look at", async () => {
    const a = await applicant();
    const error = await refused(() => api.createCheck({ applicant_id: a.id, report_names: both }), 422);
    assert.ok(error.fields.applicant.includes("You must provide a live photo to be able to proceed with this check"));
    assert.equal((await refused(() => api.createCheck({ applicant_id: a.id, report_names: ["smell"] }), 422)).type, "invalid_reports_names");
  });
});

describe("webhooks", () => {
  const received = [];
  let server, url, waiting;

  before(async () => {
    server = createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
        received.push({ body: Buffer.concat(chunks), signature: request.headers["x-sha2-signature"] });
        response.writeHead(received.length === 1 ? 503 : 200).end(); // the first one has to be repeated
        waiting?.();
      });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${server.address().port}/hook`;
  });
  after(() => {
    server.close();
    server.closeAllConnections(); // the sandbox keeps its connection for the next webhook
  });

  it("are registered, changed and forgotten", async () => {
    const { data: made } = await api.createWebhook({ url: "https://receiver.invalid/", events: ["check.completed"] });
    assert.deepEqual(made.environments, ["sandbox"]);
    assert.deepEqual((await api.findWebhook(made.id)).data, made);
    assert.equal((await api.updateWebhook(made.id, { enabled: false })).data.enabled, false);
    assert.ok((await api.listWebhooks()).data.webhooks.some((w) => w.id === made.id));
    assert.equal((await api.deleteWebhook(made.id)).status, 204);
    await refused(() => api.findWebhook(made.id), 404);
    await refused(() => api.createWebhook({ url: "http://receiver.invalid/" }), 422);
  });

  it("are delivered until they are taken, and pass the library's verifier", { timeout: 20_000 }, async () => {
    const { data: hook } = await api.createWebhook({ url, events: ["check.completed"] });
    const a = await applicant();
    await document(a);
    const { data: check } = await api.createCheck({ applicant_id: a.id, report_names: ["document"], webhook_ids: [hook.id] });
    await complete(() => api.findCheck(check.id));
    while (received.length < 2) await new Promise((resolve) => (waiting = resolve));
    await api.resendWebhooks({ data: [{ resource_id: check.id, event: "check.completed" }] });
    while (received.length < 3) await new Promise((resolve) => (waiting = resolve));
    const verifier = new WebhookEventVerifier(hook.token);
    for (const { body, signature } of received) {
      const { payload } = verifier.readPayload(body, signature);
      assert.equal(payload.action, "check.completed");
      assert.equal(payload.resource_type, "check");
      assert.equal(payload.object.id, check.id);
      assert.equal(payload.object.status, "complete");
      assert.equal(payload.object.href, `${basePath}/checks/${check.id}`);
    }
    const forged = "0".repeat(64);
    assert.throws(() => verifier.readPayload(received[0].body, forged), OnfidoInvalidSignatureError);
    await api.deleteWebhook(hook.id);
  });
});

describe("tokens", () => {
  it("of SDKs are minted for an applicant", async () => {
    const a = await applicant();
    const { data } = await api.generateSdkToken({ applicant_id: a.id, referrer: "https://*.example.com/*" });
    const claims = JSON.parse(Buffer.from(data.token.split(".")[1], "base64url"));
    assert.equal(claims.payload.app, a.id);
    assert.equal(claims.payload.is_sandbox, true);
    assert.equal(`${claims.urls.onfido_api_url}/v3.6`, basePath);
  });

  it("of OAuth clients are exchanged by the library itself", async () => {
    const client = new DefaultApi(new Configuration({
      oauthClientId: "me", oauthClientSecret: process.env.SANDBOX_TOKEN, basePath }));
    assert.equal((await client.ping()).status, 200);
    assert.equal((await client.listApplicants()).status, 200);
  });
});

describe("studio", () => {
  it("runs a workflow through its task", async () => {
    const a = await applicant();
    const { data: run } = await api.createWorkflowRun({ applicant_id: a.id, workflow_id: "e8c921eb-0495-44fe-b655-bcdcaffdafe5" });
    assert.equal(run.status, "awaiting_input");
    const { data: tasks } = await api.listTasks(run.id);
    assert.deepEqual(tasks.map((task) => task.id), ["start", "profile_data_capture_1"]);
    const done = await api.completeTask(run.id, tasks[1].id, { data: { first_name: "Anna" } });
    assert.deepEqual(done.data, {});
    const { data: ended } = await api.findWorkflowRun(run.id);
    assert.equal(ended.status, "approved");
    assert.equal(ended.output.profile_capture_data.first_name, "Anna");
    assert.equal((await api.downloadSignedEvidenceFile(run.id)).headers["content-type"], "application/pdf");
  });

  it("answers the periphery's scripts", async () => {
    const a = await applicant();
    const d = await document(a);
    assert.equal((await api.findAddresses("S2 2DF")).data.addresses.length, 2);
    assert.equal((await api.extract({ document_id: d.id })).data.extracted_data.last_name, "MORGAN");
    const { data: monitor } = await api.createWatchlistMonitor({ applicant_id: a.id, report_name: "watchlist_standard" });
    assert.deepEqual((await api.listWatchlistMonitorMatches(monitor.id)).data.matches, []);
    assert.equal((await api.forceReportCreationFromWatchlistMonitor(monitor.id)).status, 201);
    assert.ok((await api.listPasskeys("sample-username")).data.passkeys.length > 0);
  });
});
