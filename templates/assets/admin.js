// What JupyterHub's administration reads from the page, and names for the controls that have none.
{
  const page = document.documentElement.dataset, hook = document.getElementById("react-admin-hook");
  window.api_page_limit = parseInt(hook.dataset.apiPageLimit);
  window.base_url = hook.dataset.baseUrl;
  window.jhdata = {
    base_url: page.baseUrl, prefix: page.prefix, user: page.user,
    admin_access: page.adminAccess === "true", options_form: true, xsrf_token: page.xsrf,
  };

  // The buttons that open a row have only a picture.
  const name = () => {
    for (const button of hook.querySelectorAll('button[aria-controls$="-collapse"]:not([aria-label])')) {
      const person = button.getAttribute("aria-controls").replace(/-collapse$/, "");
      button.setAttribute("aria-label", hook.dataset.details.replace("{person}", () => person));
    }
  };
  new MutationObserver(name).observe(hook, { childList: true, subtree: true });
}
