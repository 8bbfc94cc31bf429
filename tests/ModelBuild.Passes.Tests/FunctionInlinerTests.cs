using ModelBuild.Graphs;
using static ModelBuild.Passes.Tests.Runner;

namespace ModelBuild.Passes.Tests;

[TestClass]
public sealed class FunctionInlinerTests
{
    [TestMethod]
    public void Attributes_and_their_defaults_are_put_in()
    {
        foreach ((AttributeValue? given, float expected) in new (AttributeValue?, float)[] { (new FloatAttribute(0.5f), -1), (null, -0.2f) })
        {
            Model model = Single(17, "Leak", [Input("x", 1)]);
            model.Graph.Nodes[0].Domain = "local";
            model.OpsetImports["local"] = 1;
            if (given is not null)
            {
                model.Graph.Nodes[0].Attributes["slope"] = given;
            }

            Function leak = Unary("Leak", "LeakyRelu", ("alpha", new ReferenceAttribute("slope", 1)));
            leak.AttributeDefaults["slope"] = new FloatAttribute(0.1f);
            model.Functions.Add(leak);
            AreClose([expected], Run(model, ("x", [1], [-2])).Elements);
            Assert.IsEmpty(model.Functions);
        }
    }

    [TestMethod]
    public void An_attribute_that_is_not_given_and_has_no_default_is_left_out()
    {
        Model model = Call("Leak", Unary("Leak", "LeakyRelu", ("alpha", new ReferenceAttribute("slope", 1))));
        AreClose([-0.02f], Run(model, ("x", [1], [-2])).Elements);
    }

    [TestMethod]
    public void Functions_call_functions()
    {
        Function outer = Unary("Outer", "Inner");
        outer.Body.Nodes[0].Domain = "local";
        outer.Body.Nodes[0].Attributes["slope"] = new ReferenceAttribute("slope", 1);
        Model model = Call("Outer", Unary("Inner", "LeakyRelu", ("alpha", new ReferenceAttribute("slope", 1))), outer);
        model.Graph.Nodes[0].Attributes["slope"] = new FloatAttribute(0.25f);
        AreClose([-0.5f], Run(model, ("x", [1], [-2])).Elements);
    }

    [TestMethod]
    public void A_function_of_another_operator_set_is_raised_from_its_own()
    {
        // Softmax from opset 11 flattens from axis 1 on; the model around it is of opset 17, where it would not.
        Function old = Unary("Old", "Softmax", ("axis", new IntAttribute(1)));
        old.OpsetImports[""] = 11;
        Model model = Call("Old", old);
        model.Graph.Inputs[0].Type = Input("x", 3).Type;
        AreClose([0.25f, 0.25f, 0.25f, 0.25f], Run(model, ("x", [1, 2, 2], [1, 1, 1, 1])).Elements);

        // And one of the model's own set inside one of an older set keeps the model's.
        Function inner = Unary("Inner", "Softmax", ("axis", new IntAttribute(1)));
        Function outer = Unary("Outer", "Inner");
        outer.Body.Nodes[0].Domain = "local";
        outer.OpsetImports[""] = 11;
        model = Call("Outer", inner, outer);
        model.Graph.Inputs[0].Type = Input("x", 3).Type;
        AreClose([0.5f, 0.5f, 0.5f, 0.5f], Run(model, ("x", [1, 2, 2], [1, 1, 1, 1])).Elements);
    }

    [TestMethod]
    public void Two_calls_do_not_share_names()
    {
        Function twice = Unary("Twice", "Neg");
        Value middle = twice.Body.Outputs[0];
        var end = new Value("end");
        twice.Body.Nodes.Add(new Node("Abs", [middle], [end]));
        twice.Body.Outputs[0] = end;
        Model model = Call("Twice", twice);
        Value first = model.Graph.Outputs[0];
        var second = new Value("second");
        model.Graph.Nodes.Add(new Node("Twice", [first], [second], "local") { Name = "node" });
        model.Graph.Outputs[0] = second;
        AreClose([2], Run(model, ("x", [1], [-2])).Elements);
        string[] names = [.. model.Graph.Nodes.SelectMany(n => n.Outputs).Select(o => o!.Name)];
        Assert.AreEqual(names.Length, names.Distinct().Count());
    }

    [TestMethod]
    public void Inputs_and_outputs_that_a_call_leaves_out_are_left_out()
    {
        var x = new Value("fx");
        var limit = new Value("fmin");
        var y = new Value("fy");
        var unused = new Value("fz");
        var function = new Function("local", "F") { OpsetImports = { [""] = 17 } };
        function.Body.Inputs.AddRange([x, limit]);
        function.Body.Nodes.Add(new Node("Clip", [x, limit], [y]));
        function.Body.Nodes.Add(new Node("Neg", [x], [unused]));
        function.Body.Outputs.AddRange([unused, y]);
        Model model = Call("F", function);
        Node call = model.Graph.Nodes[0];
        Value output = model.Graph.Outputs[0];
        call.SetOutput(0, null);
        call.SetOutput(1, output);
        AreClose([-2], Run(model, ("x", [1], [-2])).Elements);
    }

    [TestMethod]
    public void A_function_that_passes_its_input_through_becomes_Identity()
    {
        var x = new Value("fx");
        var function = new Function("local", "F") { OpsetImports = { [""] = 17 } };
        function.Body.Inputs.Add(x);
        function.Body.Outputs.Add(x);
        AreClose([-2], Run(Call("F", function), ("x", [1], [-2])).Elements);
    }

    [TestMethod]
    public void Nested_graphs_of_a_function_keep_to_their_call()
    {
        // y = if sum(x) > 0 then x else -x, inside the function.
        var x = new Value("fx");
        var sum = new Value("sum");
        var condition = new Value("condition");
        var y = new Value("fy");
        var function = new Function("local", "F") { OpsetImports = { [""] = 17 } };
        var zero = new Value("zero");
        var constant = new Node("Constant", [], [zero]);
        constant.Attributes["value"] = new TensorAttribute(TensorData.Scalar(0f));
        var reduce = new Node("ReduceSum", [x], [sum]);
        reduce.Attributes["keepdims"] = new IntAttribute(0);
        var choose = new Node("If", [condition], [y]);
        choose.Attributes["then_branch"] = new GraphAttribute(Branch("Identity", x, "t"));
        choose.Attributes["else_branch"] = new GraphAttribute(Branch("Neg", x, "t"));
        function.Body.Inputs.Add(x);
        function.Body.Nodes.AddRange([constant, reduce, new Node("Greater", [sum, zero], [condition]), choose]);
        function.Body.Outputs.Add(y);

        Model model = Call("F", function);
        Value first = model.Graph.Outputs[0];
        var second = new Value("second");
        model.Graph.Nodes.Add(new Node("F", [first], [second], "local"));
        model.Graph.Outputs[0] = second;
        AreClose([2], Run(model, ("x", [1], [-2])).Elements);
    }

    [TestMethod]
    public void Recursion_is_MB2003()
    {
        Function a = Unary("A", "B");
        Function b = Unary("B", "A");
        a.Body.Nodes[0].Domain = b.Body.Nodes[0].Domain = "local";
        Assert.AreEqual("MB2003", CodeOf(Call("A", a, b)));
        Function self = Unary("Self", "Self");
        self.Body.Nodes[0].Domain = "local";
        Assert.AreEqual("MB2003", CodeOf(Call("Self", self)));
    }

    [TestMethod]
    public void Calls_that_multiply_without_bound_are_MB1010()
    {
        // Forty functions that each call the next one twice: a trillion nodes.
        var functions = new List<Function>();
        for (int i = 0; i < 40; i++)
        {
            Function f = Unary($"F{i}", i == 39 ? "Neg" : $"F{i + 1}");
            f.Body.Nodes[0].Domain = i == 39 ? "" : "local";
            var end = new Value("end");
            f.Body.Nodes.Add(new Node(f.Body.Nodes[0].OpType, [f.Body.Outputs[0]], [end], f.Body.Nodes[0].Domain));
            f.Body.Outputs[0] = end;
            functions.Add(f);
        }

        Assert.AreEqual("MB1010", CodeOf(Call("F0", [.. functions])));
    }

    [TestMethod]
    public void Overloads_are_told_apart()
    {
        Function negative = Unary("F", "Neg");
        Function absolute = Unary("F", "Abs");
        absolute.Overload = "abs";
        Model model = Call("F", negative, absolute);
        model.Graph.Nodes[0].Overload = "abs";
        AreClose([2], Run(model, ("x", [1], [-2])).Elements);
    }

    private static Graph Branch(string op, Value input, string output)
    {
        var graph = new Graph { Name = "branch" };
        var value = new Value(output);
        graph.Nodes.Add(new Node(op, [input], [value]));
        graph.Outputs.Add(value);
        return graph;
    }

    private static Function Unary(string name, string op, params (string Name, AttributeValue Value)[] attributes)
    {
        var function = new Function("local", name) { OpsetImports = { [""] = 17, ["local"] = 1 } };
        var x = new Value("fx");
        var y = new Value("fy");
        var node = new Node(op, [x], [y]) { Name = "inner" };
        foreach ((string attribute, AttributeValue value) in attributes)
        {
            node.Attributes.Add(attribute, value);
        }

        function.Body.Inputs.Add(x);
        function.Body.Nodes.Add(node);
        function.Body.Outputs.Add(y);
        return function;
    }

    private static Model Call(string function, params Function[] functions)
    {
        Model model = Single(17, function, [Input("x", 1)]);
        model.Graph.Nodes[0].Domain = "local";
        model.OpsetImports["local"] = 1;
        model.Functions.AddRange(functions);
        return model;
    }

    private static string CodeOf(Model model) => Assert.ThrowsExactly<ModelException>(() => new Normalize().Run(model)).Code;
}
