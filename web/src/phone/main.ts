import "./phone-app.js";
