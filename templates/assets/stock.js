// What JupyterHub's own frame sets in an inline script, for pages that are not of this pack.
{
  const page = document.documentElement.dataset;
  require.config({
    urlArgs: page.versionHash ? `v=${page.versionHash}` : undefined,
    baseUrl: page.jsUrl,
    paths: {
      components: "../components",
      jquery: "../components/jquery/dist/jquery.min",
      "js-sha256": "../components/js-sha256/build/sha256.min",
      moment: "../components/moment/moment",
    },
  });
  window.jhdata = {
    base_url: page.baseUrl, prefix: page.prefix, user: page.user,
    admin_access: page.adminAccess === "true", options_form: true, xsrf_token: page.xsrf,
  };
}
