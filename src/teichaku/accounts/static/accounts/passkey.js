// Around the sign-in library's passkey scripts: what is shown when, and what to say on failure.
const way = document.getElementById("passkey-way");
const failed = document.getElementById("passkey-failed");

// Browsers without passkeys never see the way that would fail for them.
if (way && window.PublicKeyCredential) way.hidden = false;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  failed.hidden = false;
  failed.scrollIntoView({ block: "nearest" });
});

// "Stay signed in" stands in the form above and holds for a passkey as well.
const passkey = document.getElementById("passkey");
const remember = document.querySelector('input[type="checkbox"][name="remember"]');
document.getElementById("passkey_login")?.addEventListener("click", () => {
  failed.hidden = true;
  passkey.elements.remember.value = remember.checked ? "on" : "";
}, { capture: true });
