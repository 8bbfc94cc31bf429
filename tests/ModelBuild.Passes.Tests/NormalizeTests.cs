using ModelBuild.Graphs;
using static ModelBuild.Passes.Tests.Runner;

namespace ModelBuild.Passes.Tests;

[TestClass]
public sealed class NormalizeTests
{
    [TestMethod]
    public void A_newer_operator_set_stays()
    {
        Model model = Single(24, "Swish", [Input("x", 1)]);
        PassResult result = new Normalize().Run(model);
        Assert.AreEqual(24, model.OpsetImports[""]);
        Assert.IsFalse(result.Changed);
        StringAssert.Contains(result.Entries[0].Reason, "stays");
    }

    [TestMethod]
    public void What_was_changed_is_said()
    {
        Model model = Single(9, "Slice", [Input("x", 2)], 1, ("starts", new IntsAttribute([0])), ("ends", new IntsAttribute([1])));
        PassResult result = new Normalize().Run(model);
        Assert.IsTrue(result.Changed);
        Assert.IsTrue(result.Entries.Any(e => e.Where == "node (Slice)" && e.Reason.Contains("10", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void The_signature_does_not_change()
    {
        Model model = Single(1, "Softmax", [Unranked("x")]);
        Value input = model.Graph.Inputs[0];
        Value output = model.Graph.Outputs[0];
        PassList.Run(PassList.Normalization, model);
        Assert.AreSame(input, model.Graph.Inputs.Single());
        Assert.AreSame(output, model.Graph.Outputs.Single());
        Assert.AreSame(output, output.Producer!.Outputs[0]);
    }

    [TestMethod]
    public void Ranks_that_the_model_does_not_state_are_inferred_and_not_written_down()
    {
        Model model = Single(11, "Relu", [Input("x", 2)]);
        Value middle = model.Graph.Outputs[0];
        var y = new Value("result");
        model.Graph.Nodes.Add(new Node("Softmax", [middle], [y]));
        model.Graph.Outputs[0] = y;
        PassList.Run(PassList.Normalization, model);
        Assert.AreEqual("Relu,Softmax", string.Join(',', model.Graph.Nodes.Select(n => n.OpType)));
        Assert.IsNull(middle.Type);
        Assert.IsNull(y.Type);
    }

    [TestMethod]
    public void Nodes_in_nested_graphs_are_raised_too()
    {
        Value x = Input("x", 1);
        var body = new Graph { Name = "b" };
        var inner = new Value("inner");
        var slice = new Node("Slice", [x], [inner]);
        slice.Attributes["starts"] = new IntsAttribute([1]);
        slice.Attributes["ends"] = new IntsAttribute([2]);
        body.Nodes.Add(slice);
        body.Outputs.Add(inner);
        var other = new Graph { Name = "o" };
        var same = new Value("same");
        other.Nodes.Add(new Node("Identity", [x], [same]));
        other.Outputs.Add(same);
        var condition = new Value("c") { Initializer = new MemoryTensorData(ElementType.Bool, [], [1]) };
        Model model = Single(9, "If", [condition], 1, ("then_branch", new GraphAttribute(body)), ("else_branch", new GraphAttribute(other)));
        model.Graph.Inputs.Add(x);
        AreClose([5], Run(model, ("x", [2], [4, 5])).Elements);
    }

    [TestMethod]
    public void Dead_nodes_and_unused_initializers_go()
    {
        Model model = Single(21, "Relu", [Input("x", 1)]);
        Value unused = Constant("unused", [1], 1);
        Value keptByDead = Constant("dead_only", [1], 1);
        model.Graph.Initializers.AddRange([unused, keptByDead]);
        model.Graph.Nodes.Add(new Node("Neg", [keptByDead], [new Value("nowhere")]));
        PassResult result = new DeadCodeRemoval().Run(model);
        Assert.HasCount(1, model.Graph.Nodes);
        Assert.IsEmpty(model.Graph.Initializers);
        Assert.HasCount(3, result.Entries);
        Assert.IsFalse(new DeadCodeRemoval().Run(model).Changed);
    }

    [TestMethod]
    public void What_a_nested_graph_uses_stays()
    {
        Value x = Input("x", 1);
        Value captured = Constant("captured", [1], 3);
        var doubled = new Value("doubled");
        Graph Branch(string op)
        {
            var graph = new Graph { Name = op };
            var y = new Value("y" + op);
            graph.Nodes.Add(new Node(op, [doubled, x], [y]));
            graph.Outputs.Add(y);
            return graph;
        }

        var condition = new Value("c") { Initializer = new MemoryTensorData(ElementType.Bool, [], [1]) };
        Model model = Single(21, "If", [condition], 1, ("then_branch", new GraphAttribute(Branch("Add"))), ("else_branch", new GraphAttribute(Branch("Mul"))));
        model.Graph.Inputs.Add(x);
        model.Graph.Initializers.Add(captured);
        model.Graph.Nodes.Insert(0, new Node("Add", [captured, captured], [doubled]));
        AreClose([7], Run(model, ("x", [1], [1])).Elements);
    }
}
