// A style sheet as text, for a component's own root.
declare module "*.css?inline" {
  const text: string;
  export default text;
}
