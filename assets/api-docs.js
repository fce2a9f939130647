// Opens Swagger UI on our document; a signed-in browser may try changes too.
const place = document.getElementById("swagger-ui");
const csrf = document.querySelector("meta[name=csrf]").content;
window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor(request) {
    if (csrf) request.headers["X-CSRF-Token"] = csrf;
    return request;
  },
});
