// Asks the bank about a document. The code comes behind `#`, which browsers do not send.
const zh = document.documentElement.lang === "zh-CN";
const say = (chinese, english) => (zh ? chinese : english);
const form = document.getElementById("ask");
const answer = document.getElementById("answer");
const URL_CODE = "/api/v1/statements/confirmations";
const URL_RECEIPT = "/api/v1/payments/receipts/confirmations";

const KINDS = {
  statement: say("账户对账单", "Account statement"),
  balance_certificate: say("存款证明书", "Certificate of deposit balance"),
  opening_certificate: say("开户证明", "Certificate of account"),
};
const COMPARED = { same: say("一致", "the same"), different: say("不一致", "different") };

function show(good, title, rows = []) {
  answer.replaceChildren();
  const head = document.createElement("h2");
  head.className = good ? "ok" : "bad";
  head.textContent = `${good ? "✓" : "✗"} ${title}`;
  const list = document.createElement("dl");
  for (const [name, value] of rows) {
    if (value === null || value === undefined) continue;
    const row = document.createElement("div");
    row.append(document.createElement("dt"), document.createElement("dd"));
    row.firstChild.textContent = name;
    row.lastChild.textContent = value;
    list.append(row);
  }
  answer.append(head, list);
  answer.hidden = false;
}

function side(party) {
  return `${party.name}  ${party.account_number}`;
}

function time(at) {
  return new Date(at).toLocaleString(zh ? "zh-CN" : "en-GB", { timeZone: "Asia/Shanghai" });
}

function receiptFacts(found) {
  return [
    [say("文件", "Document"), say("电子回单", "Payment receipt")],
    [say("付款人", "Payer"), side(found.debtor)],
    [say("收款人", "Payee"), side(found.creditor)],
    [say("币种", "Currency"), found.currency],
    [say("付款时间", "Paid at"), time(found.paid_at)],
    [say("出具时间", "Issued"), time(found.issued_at)],
    [say("金额", "Amount"), COMPARED[found.amount]],
  ];
}

function facts(found) {
  if (found.debtor) return receiptFacts(found);
  const days = found.last && (found.first === found.last ? found.last : `${found.first} – ${found.last}`);
  return [
    [say("文件", "Document"), KINDS[found.kind]],
    [say("户名", "Holder"), found.holder],
    [say("账号", "Account"), found.number],
    [say("期间", "Period"), days],
    [say("出具时间", "Issued"), time(found.issued_at)],
    [say("期末余额", "Closing balance"), COMPARED[found.closing]],
    [say("余额核对摘要", "Digest of the balance"), found.closing_digest?.slice(0, 32)],
  ];
}

async function ask(url, body, type, elsewhere) {
  const headers = { "Content-Type": type, "Accept-Language": zh ? "zh" : "en" };
  const response = await fetch(url, { method: "POST", headers, body });
  const said = await response.json();
  if (response.status === 404 && elsewhere) return elsewhere();
  if (!response.ok) show(false, said.detail || said.title);
  return response.ok ? said : null;
}

async function confirm() {
  const file = form.elements.file.files[0];
  if (file) {
    let said = await ask(`${URL_CODE}/file`, file, "application/pdf");
    if (said && !said.confirmed) said = await ask(`${URL_RECEIPT}/file`, file, "application/pdf");
    if (!said) return;
    if (said.confirmed) show(true, say("与本行出具的文件逐字节一致", "Byte for byte what we issued"), facts(said.confirmed));
    else show(false, say("不是本行出具的文件,或已被改动", "Not a document we issued, or an altered copy"));
    return;
  }
  const closing = form.elements.closing.value.replaceAll(",", "").trim();
  const code = form.elements.code.value;
  const json = (amount) => JSON.stringify({ code, ...(closing && { [amount]: closing }) });
  const receipt = () => ask(URL_RECEIPT, json("amount"), "application/json");
  const said = await ask(URL_CODE, json("closing"), "application/json", receipt);
  if (!said) return;
  if (said.closing === "different")
    show(false, say("余额与本行出具的不一致", "The balance is not the one we issued"), facts(said));
  else if (said.amount === "different")
    show(false, say("金额与本行出具的不一致", "The amount is not the one we issued"), facts(said));
  else show(true, say("本行出具过此文件,请与手中文件逐项核对", "We issued this document; compare it with yours"), facts(said));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await confirm();
  } catch {
    show(false, say("暂时无法核验,请稍后再试", "It cannot be confirmed now; try again later"));
  } finally {
    button.disabled = false;
  }
});

const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  form.elements.code.value = code.replace(/(.{4})(?=.)/g, "$1-");
  history.replaceState(null, "", location.pathname + location.search);
  form.requestSubmit();
}
