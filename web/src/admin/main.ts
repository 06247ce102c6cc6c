import "../common/theme.js";
import "./claw-app.js";
