import "../theme.js";
import "./claw-app.js";
