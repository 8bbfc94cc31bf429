using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Graphs;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests;

/// <summary>Generated classes on real models with ONNX Runtime.</summary>
[TestClass]
public sealed class RunTests
{
    [TestMethod]
    public void One_input_one_output() => Linear().Run("""
        using var model = new Linear(options);
        float[] y = model.Run([1f, 2f, 3f, 4f]);
        CollectionAssert.AreEqual(new[] { 30f, 60f }, y);
        float[] array = [1f, 2f, 3f, 4f];
        CollectionAssert.AreEqual(new[] { 30f, 60f }, model.Run(array));
        Assert.IsTrue(model.ExecutionProvider is "Cpu" || model.ExecutionProvider.StartsWith("Compiled ("), model.ExecutionProvider);
        IModel general = model;
        Assert.AreSame(Linear.Info, general.Info);
        Assert.AreEqual("Linear", Linear.Info.Name);
        Check(model);
        """, """
        private static void Check(Linear model)
        {
            Span<float> destination = stackalloc float[Linear.Outputs.Y.Length];
            model.Run([2f, 0f, 0f, 0f], destination);
            Assert.AreEqual(2f, destination[0]);
            Assert.AreEqual(4f, destination[1]);
            Assert.IsTrue(Linear.Inputs.X.Shape.SequenceEqual([1L, 4L]));
            Assert.AreEqual(TensorElementType.Float32, Linear.Inputs.X.ElementType);
            Assert.AreEqual("x", Linear.Inputs.X.Name);
        }
        """);

    [TestMethod]
    public void Wrong_lengths_name_the_tensor_and_what_came() => Linear().Run("""
        using var model = new Linear(options);
        var e = Assert.ThrowsExactly<TensorShapeException>(() => model.Run([1f, 2f]));
        Assert.AreEqual("x", e.TensorName);
        Assert.AreEqual("MB5001: input 'x' (Float32[1,4]) needs 4 elements [1,4], but 2 elements came.", e.Message);
        e = Assert.ThrowsExactly<TensorShapeException>(() => model.Run([1f, 2f, 3f, 4f], new float[3]));
        Assert.AreEqual("MB5001: output 'y' (Float32[1,2]) needs 2 elements [1,2], but 3 elements came.", e.Message);
        e = Assert.ThrowsExactly<TensorShapeException>(() => model.Run(Tensor.Create(new float[4], [(nint)4, 1])));
        Assert.AreEqual("MB5001: input 'x' needs shape [1,4], but shape [4,1] came.", e.Message);

        // A call that failed leaves nothing behind.
        CollectionAssert.AreEqual(new[] { 30f, 60f }, model.Run([1f, 2f, 3f, 4f]));
        """);

    [TestMethod]
    public void Tensors_in_and_out() => Linear().Run("""
        using var model = new Linear(options);
        Tensor<float> y = model.Run(Tensor.Create(new float[] { 1, 2, 3, 4 }, [(nint)1, 4]));
        Assert.AreEqual(2, y.Rank);
        Assert.AreEqual(60f, y[0, 1]);
        Check(model);
        """, """
        private static void Check(Linear model)
        {
            // Every second element: not dense, so it is copied.
            float[] values = [1, 9, 2, 9, 3, 9, 4, 9];
            var strided = new ReadOnlyTensorSpan<float>(values, [1, 4], [0, 2]);
            float[] y = new float[2];
            model.Run(strided, new TensorSpan<float>(y, [1, 2]));
            Assert.AreEqual(30f, y[0]);
            bool thrown = false;
            try
            {
                model.Run(strided, new TensorSpan<float>(new float[4], [1, 2], [0, 2]));
            }
            catch (ArgumentException e) when (e.Message.StartsWith("MB5002"))
            {
                thrown = true;
            }

            Assert.IsTrue(thrown);
        }
        """);

    [TestMethod]
    public void A_fixed_batch_dimension_is_looped_over() => Linear().Run("""
        using var model = new Linear(options);
        float[] y = new float[6];
        model.RunBatch([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], 3, y);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 2f, 4f, 3f, 6f }, y);
        Assert.ThrowsExactly<TensorShapeException>(() => model.RunBatch(new float[7], 3, y));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.RunBatch([], -1, y));
        model.RunBatch([], 0, []);
        """);

    [TestMethod]
    public void A_symbolic_batch_dimension_is_deduced_and_batched()
    {
        var model = new TestModel("Scaler");
        Value x = model.Input("x", ElementType.Float32, "batch", 2);
        model.Output(model.Node("Mul", "y", [x, model.Constant("two", TensorData.Scalar(2f))]), ElementType.Float32, "batch", 2);
        model.Run("""
            using var model = new Scaler(options);
            CollectionAssert.AreEqual(new[] { 2f, 4f, 6f, 8f }, model.Run([1, 2, 3, 4]));
            CollectionAssert.AreEqual(new[] { 2f, 4f }, model.Run([1, 2]));
            Assert.AreEqual(6, Scaler.Outputs.Y.LengthFor(batch: 3));
            Assert.ThrowsExactly<OverflowException>(() => Scaler.Outputs.Y.LengthFor(int.MaxValue));
            Assert.ThrowsExactly<TensorShapeException>(() => Scaler.Outputs.Y.LengthFor(-1));
            float[] y = new float[4];
            model.RunBatch([1, 2, 3, 4], 2, y);
            CollectionAssert.AreEqual(new[] { 2f, 4f, 6f, 8f }, y);
            var e = Assert.ThrowsExactly<TensorShapeException>(() => model.Run([1, 2, 3]));
            Assert.AreEqual("MB5001: input 'x' needs a multiple of 2 elements [batch,2], so that 'batch' can be deduced, but 3 elements came.", e.Message);
            e = Assert.ThrowsExactly<TensorShapeException>(() => model.RunBatch([1, 2, 3, 4], 3, y));
            Assert.AreEqual("MB5001: input 'x' (Float32[batch,2]) needs 6 elements [3,2], but 4 elements came.", e.Message);
            """);
    }

    [TestMethod]
    public void Several_inputs_and_sizes() => Embedder().Run("""
        using var model = new Embedder(options);
        Check(model);
        float[] y = await model.RunAsync(new Embedder.AsyncFeeds { InputIds = new long[] { 1, 2, 3, 4 }, AttentionMask = new long[] { 1, 1, 1, 0 }, Batch = 2, Sequence = 2 });
        CollectionAssert.AreEqual(new[] { 3f, 3f }, y);
        """, """
        private static void Check(Embedder model)
        {
            long[] ids = [1, 2, 3, 4, 5, 6];
            long[] mask = [1, 1, 0, 1, 1, 1];
            Assert.AreEqual(2, Embedder.Outputs.Sentence.LengthFor(batch: 2));
            Span<float> y = stackalloc float[2];
            model.Run(new Embedder.Feeds { InputIds = ids, AttentionMask = mask, Batch = 2, Sequence = 3 }, y);
            Assert.AreEqual(3f, y[0]);
            Assert.AreEqual(15f, y[1]);
            float[] z = model.Run(new Embedder.Feeds { InputIds = ids, AttentionMask = mask, Batch = 3, Sequence = 2 });
            CollectionAssert.AreEqual(new[] { 3f, 4f, 11f }, z);
            try
            {
                model.Run(new Embedder.Feeds { InputIds = ids, AttentionMask = mask.AsSpan(1), Batch = 2, Sequence = 3 });
                Assert.Fail();
            }
            catch (TensorShapeException e)
            {
                Assert.AreEqual("MB5001: input 'attention_mask' (Int64[batch,sequence]) needs 6 elements [2,3], but 5 elements came.", e.Message);
            }

            Tensor<float> t = model.Run(new Embedder.TensorFeeds { InputIds = new(ids, [3, 2]), AttentionMask = new(mask, [3, 2]) });
            Assert.AreEqual(4f, t[1]);
            try
            {
                model.Run(new Embedder.TensorFeeds { InputIds = new(ids, [3, 2]), AttentionMask = new(mask, [2, 3]) });
                Assert.Fail();
            }
            catch (TensorShapeException e)
            {
                Assert.AreEqual("MB5001: dimension 'batch' of 'attention_mask' must be 3 as in the other inputs, but 2 came.", e.Message);
            }
        }
        """);

    [TestMethod]
    public void Several_outputs_are_fetched_singly_or_as_a_result()
    {
        var model = new TestModel("Splitter");
        Value x = model.Input("x", ElementType.Float32, "n");
        model.Output(model.Node("Neg", "negative", [x]), ElementType.Float32, "n");
        model.Output(model.Node("Abs", "absolute", [x]), ElementType.Float32, "n");
        model.Run("""
            using var model = new Splitter(options);
            Check(model);
            using Splitter.Result later = await model.RunAsync(new float[] { 5 });
            Assert.AreEqual(-5f, later.Negative[0]);
            """, """
            private static void Check(Splitter model)
            {
                Span<float> absolute = stackalloc float[2];
                model.Run([1f, -2f], new Splitter.Fetches { Absolute = absolute });
                Assert.AreEqual(2f, absolute[1]);
                model.Run([1f, -2f], default(Splitter.Fetches));
                model.Run([], new Splitter.Fetches { Absolute = [], Negative = [] });
                try
                {
                    model.Run([1f, -2f], new Splitter.Fetches { Absolute = absolute[..1] });
                    Assert.Fail();
                }
                catch (TensorShapeException e)
                {
                    Assert.AreEqual("absolute", e.TensorName);
                }

                Splitter.Result r = model.Run([1f, -2f]);
                Assert.AreEqual(2f, r.Negative[1]);
                Assert.AreEqual(2f, r.Absolute[1]);
                Assert.AreEqual(1, r.Absolute.Rank);
                r.Dispose();
                r.Dispose();
                Assert.ThrowsExactly<ObjectDisposedException>(() => _ = r.Absolute[0]);
            }
            """);
    }

    [TestMethod]
    public void Sizes_that_depend_on_the_data_come_as_a_result()
    {
        var model = new TestModel("Finder");
        Value x = model.Input("x", ElementType.Float32, 5);
        model.Output(model.Node("NonZero", "places", [x]), ElementType.Int64, 1, null);
        model.Run("""
            using var model = new Finder(options);
            Check(model, [0, 3, 0, 0, 2], [1, 4]);
            Check(model, [0, 0, 0, 0, 0], []);
            Check(model, [1, 1, 1, 1, 1], [0, 1, 2, 3, 4]);
            """, """
            private static void Check(Finder model, float[] x, long[] expected)
            {
                using Finder.Result r = model.Run(x);
                Assert.AreEqual((nint)1, r.Places.Lengths[0]);
                Assert.AreEqual((nint)expected.Length, r.Places.Lengths[1]);
                long[] flat = new long[expected.Length];
                r.Places.FlattenTo(flat);
                CollectionAssert.AreEqual(expected, flat);
            }
            """);
    }

    [TestMethod]
    public void A_stream_carries_state_and_context() => Counter().Run("""
        using var model = new Counter(options);
        using var stream = model.CreateStream();
        Assert.AreEqual(2, Counter.Inputs.Frame.FrameLength);

        // total += sum of (the last of the frame before, the new two) * rate
        Assert.AreEqual(30f, stream.Run([1f, 2f]));
        Assert.AreEqual(30f + 10 * (2 + 3 + 4), stream.Run([3f, 4f]));
        using var other = model.CreateStream();
        Assert.AreEqual(30f, other.Run([1f, 2f]));
        var e = Assert.ThrowsExactly<TensorShapeException>(() => stream.Run([1f]));
        Assert.AreEqual("MB5001: input 'frame' takes frames of 2 elements (1 element more are carried over from the call before), but 1 element came.", e.Message);
        Assert.AreEqual(120f + 10 * (4 + 1), stream.Run([0f, 1f]));
        stream.Reset();
        Assert.AreEqual(30f, stream.Run([1f, 2f]));
        stream.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => stream.Run([1f, 2f]));
        Assert.ThrowsExactly<ObjectDisposedException>(stream.Reset);
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => other.Run([1f, 2f]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.CreateStream());
        """);

    [TestMethod]
    public void A_stream_gives_one_row_for_each_row_that_it_takes()
    {
        var model = new TestModel("Level");
        Value frame = model.Input("frame", ElementType.Float32, 1, "samples");
        Value state = model.Input("state", ElementType.Float32, 1, 1);
        Value sum = model.Node("ReduceSum", "sum", [frame, model.Constant("axes", TensorData.Int64s(1))], ("keepdims", new IntAttribute(1)));
        Value total = model.Node("Add", "total", [sum, state]);
        model.Output(total, ElementType.Float32, null, 1);
        model.Output(model.Node("Identity", "stateN", [total]), ElementType.Float32, null, null);
        model.Signature = model.Signature with { States = new([new StateSignature("state", "stateN")]), Contexts = new([new ContextSignature("frame", 1)]) };
        model.Run("""
            using var model = new Level(options);
            using var stream = model.CreateStream();
            float level = stream.Run([1f, 2f, 3f]);
            Assert.AreEqual(6f, level);
            Assert.AreEqual(6f + 3f + 4f, stream.Run([4f]));
            """);
    }

    [TestMethod]
    public void A_stream_over_several_rows_takes_frames_of_any_length()
    {
        var model = new TestModel("Rows");
        Value x = model.Input("x", ElementType.Float32, "batch", "samples");
        model.Output(model.Node("Identity", "y", [x]), ElementType.Float32, "batch", "samples");
        model.Signature = model.Signature with { Contexts = new([new ContextSignature("x", 2)]) };
        model.Run("""
            using var model = new Rows(options);
            using var stream = model.CreateStream(batch: 2);
            CollectionAssert.AreEqual(new[] { 0f, 0, 1, 0, 0, 2 }, stream.Run([1f, 2f]));
            CollectionAssert.AreEqual(new[] { 0f, 1, 3, 4, 5, 0, 2, 6, 7, 8 }, stream.Run([3f, 4f, 5f, 6f, 7f, 8f]));
            CollectionAssert.AreEqual(new[] { 4f, 5, 9, 7, 8, 9 }, stream.Run([9f, 9f]));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.CreateStream(0));
            """);
    }

    [TestMethod]
    public void Labels_give_the_best_classes()
    {
        var model = new TestModel("Classes");
        Value x = model.Input("x", ElementType.Float32, 1, 3);
        model.Output(model.Node("Identity", "y", [x]), ElementType.Float32, 1, 3);
        model.Signature = model.Signature with { Labels = new(["cat", "dog", "\"quoted\" \\ label\n"]) };
        model.Run("""
            using var model = new Classes(options);
            Classification[] best = model.Classify([1f, 3f, 2f], k: 2);
            Assert.AreEqual(2, best.Length);
            Assert.AreEqual("dog", best[0].Label);
            Assert.AreEqual(1, best[0].Index);
            Assert.AreEqual(0.66524096, best[0].Score, 1e-6);
            Assert.AreEqual("\"quoted\" \\ label\n", best[1].Label);
            Assert.AreEqual(0.2f, model.Classify([0.1f, 0.2f, 0.7f])[1].Score);
            Assert.AreEqual(3, Classes.Labels.Count);
            """);
    }

    [TestMethod]
    public void Texts_in_and_out()
    {
        var model = new TestModel("Texts");
        Value x = model.Input("text", ElementType.String, "n");
        model.Output(model.Node("Identity", "copy", [x]), ElementType.String, "n");
        model.Run("""
            using var model = new Texts(options);
            string[] texts = ["", "plain", "ünïcödé 入力 \U0001F600"];
            CollectionAssert.AreEqual(texts, model.Run(texts));
            string[] destination = new string[2];
            model.Run(["a", "b"], destination);
            Assert.AreEqual("b", destination[1]);
            Assert.ThrowsExactly<TensorShapeException>(() => model.Run(["a"], destination));
            """);
    }

    [TestMethod]
    [DataRow(ElementType.UInt8, "byte", "1, 255")]
    [DataRow(ElementType.Int8, "sbyte", "-128, 127")]
    [DataRow(ElementType.UInt16, "ushort", "0, 65535")]
    [DataRow(ElementType.Int16, "short", "-32768, 32767")]
    [DataRow(ElementType.UInt32, "uint", "0, 4294967295")]
    [DataRow(ElementType.Int32, "int", "int.MinValue, int.MaxValue")]
    [DataRow(ElementType.UInt64, "ulong", "0, ulong.MaxValue")]
    [DataRow(ElementType.Int64, "long", "long.MinValue, long.MaxValue")]
    [DataRow(ElementType.Bool, "bool", "true, false")]
    [DataRow(ElementType.Float16, "Half", "(Half)1.5f, Half.MaxValue")]
    [DataRow(ElementType.Float64, "double", "1e-300, double.MaxValue")]
    [DataRow(ElementType.BFloat16, "ushort", "0x3F80, 0xC000")]
    public void Element_types_pass_unchanged(ElementType type, string csharp, string values)
    {
        var model = new TestModel("Copy");
        Value x = model.Input("x", type, 2);
        model.Output(model.Node("Identity", "y", [x]), type, 2);
        model.Run($$"""
            using var model = new Copy(options);
            {{csharp}}[] x = [{{values}}];
            CollectionAssert.AreEqual(x, model.Run(x));
            """);
    }

    [TestMethod]
    public void More_tensors_than_are_used_in_place()
    {
        var model = new TestModel("Many");
        for (int i = 0; i < 20; i++)
        {
            Value x = model.Input($"x{i}", ElementType.Float32, 3);
            model.Output(model.Node("Neg", $"y{i}", [x]), ElementType.Float32, 3);
        }

        string feeds = string.Join(", ", Enumerable.Range(0, 20).Select(i => $"X{i} = [{i}f, {i}.5f, 1f]"));
        string fetches = string.Join(", ", Enumerable.Range(0, 20).Where(i => i != 3).Select(i => $"Y{i} = y.AsSpan({i} * 3, 3)"));
        model.Run("""
            using var model = new Many(options);
            for (int i = 0; i < 3; i++)
            {
                Check(model);
            }
            """, $$"""
            private static void Check(Many model)
            {
                float[] y = new float[60];
                model.Run(new Many.Feeds { {{feeds}} }, new Many.Fetches { {{fetches}} });
                for (int i = 0; i < 20; i++)
                {
                    CollectionAssert.AreEqual(i == 3 ? new float[3] : new[] { -i, -i - 0.5f, -1f }, y[(i * 3)..((i + 1) * 3)]);
                }
            }
            """);
    }

    [TestMethod]
    public void A_scalar_is_one_element()
    {
        var model = new TestModel("Scalar");
        Value x = model.Input("x", ElementType.Float32);
        model.Output(model.Node("Neg", "y", [x]), ElementType.Float32);
        model.Run("""
            using var model = new Scalar(options);
            CollectionAssert.AreEqual(new[] { -3f }, model.Run([3f]));
            Assert.AreEqual(1, Scalar.Inputs.X.Length);
            Assert.AreEqual(-3f, model.Run(Tensor.Create(new[] { 3f }, [(nint)1]))[0]);
            """);
    }

    [TestMethod]
    public void An_empty_batch_gives_an_empty_result()
    {
        var model = new TestModel("Empty");
        Value x = model.Input("x", ElementType.Float32, "batch", 2);
        model.Output(model.Node("Neg", "y", [x]), ElementType.Float32, "batch", 2);
        model.Run("""
            using var model = new Empty(options);
            Assert.AreEqual(0, model.Run([]).Length);
            """);
    }

    internal static TestModel Linear()
    {
        var model = new TestModel("Linear");
        Value x = model.Input("x", ElementType.Float32, 1, 4);
        Value w = model.Constant("w", TensorData.Create<float>(ElementType.Float32, [4, 2], [1, 2, 2, 4, 3, 6, 4, 8]));
        model.Output(model.Node("MatMul", "y", [x, w]), ElementType.Float32, 1, 2);
        return model;
    }

    internal static TestModel Counter()
    {
        var model = new TestModel("Counter");
        Value frame = model.Input("frame", ElementType.Float32, 1, 3);
        Value state = model.Input("state", ElementType.Float32, 1, 1);
        Value rate = model.Input("rate", ElementType.Float32);
        Value sum = model.Node("ReduceSum", "sum", [frame, model.Constant("axes", TensorData.Int64s(1))], ("keepdims", new IntAttribute(1)));
        Value total = model.Node("Add", "total", [model.Node("Mul", "scaled", [sum, rate]), state]);
        model.Output(total, ElementType.Float32, 1, 1);
        model.Output(model.Node("Identity", "stateN", [total]), ElementType.Float32, 1, 1);
        model.Signature = model.Signature with
        {
            Inputs = new(model.Signature.Inputs.Take(2)),
            Constants = new([new ConstantSignature("rate", "float32", default, "10")]),
            States = new([new StateSignature("state", "stateN")]),
            Contexts = new([new ContextSignature("frame", 1)]),
        };
        return model;
    }

    private static TestModel Embedder()
    {
        var model = new TestModel("Embedder");
        Value ids = model.Input("input_ids", ElementType.Int64, "batch", "sequence");
        Value mask = model.Input("attention_mask", ElementType.Int64, "batch", "sequence");
        Value masked = model.Node("Cast", "masked", [model.Node("Mul", "product", [ids, mask])], ("to", new IntAttribute((int)ElementType.Float32)));
        model.Output(model.Node("ReduceSum", "924", [masked, model.Constant("axes", TensorData.Int64s(1))], ("keepdims", new IntAttribute(0))), ElementType.Float32, "batch");
        model.Signature = model.Signature with { Outputs = new([model.Signature.Outputs[0] with { PublicName = "sentence" }]) };
        return model;
    }
}
