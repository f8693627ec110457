// Starts the API reference; a file of its own because the content security policy allows no inline script.
SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#reference",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
  requestInterceptor: (request) => {
    request.credentials = "omit"; // a token here and a page's session in one request are refused
    return request;
  },
  validatorUrl: null, // the default asks a server on the internet
});
